// The desk in the browser: a clock that runs on the server's time, keys, live rows, and one spoken sentence at a time.
// Everything here is a comfort: without it the pages work by links and forms.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const pad = (n) => String(n).padStart(2, "0");

  // --- time: what the server said last, plus what has passed here since
  let skew = 0;
  const setClock = (iso) => { skew = Date.parse(iso) - Date.now(); };
  const now = () => Date.now() + skew;
  const span = (ms) => {
    const s = Math.floor(Math.abs(ms) / 1000), h = Math.floor(s / 3600);
    const rest = `${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
    return h ? `${h}:${rest}` : rest;
  };
  const inZone = (zone, at, seconds) => new Date(at).toLocaleTimeString("en-GB", {
    timeZone: zone, hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined, hourCycle: "h23",
  });
  const zoned = (at) => `${inZone("UTC", at + skew, true)} UTC`;

  // --- speech: at most one sentence in ten seconds, the last one wins
  let spokenAt = -10000, waiting = null;
  const say = (text, urgent) => {
    if (!text) return;
    const region = $(urgent ? "#say-now" : "#say");
    if (!region) return;
    if (urgent) { region.textContent = text; return; }
    clearTimeout(waiting);
    waiting = setTimeout(() => { region.textContent = text; spokenAt = Date.now(); }, Math.max(0, spokenAt + 10000 - Date.now()));
  };

  const desk = $("#desk");
  const words = desk ? desk.dataset : {};

  // --- once a second
  const announced = new Set();
  const figure = () => {
    for (const time of $$("time[data-aim]")) {
      const left = Date.parse(time.dataset.aim) - now();
      time.textContent = (left < 0 ? "+" : "") + span(left);
      const note = time.nextElementSibling;
      if (left < 0 && note && words.after) note.textContent = words.after;
      if (!desk) continue;
      const minutes = Math.ceil(left / 60000);
      for (const mark of [15, 5, 0]) {
        if (minutes === mark && !announced.has(mark)) {
          announced.add(mark);
          say(mark ? (words.left || "").replace("#", mark) : words.reached, mark === 0);
        }
      }
    }
  };
  // the zone of the desk is a fixed time from UTC for as long as a page is open
  let shift = null;
  const mast = () => {
    const head = $("#now"), time = $("#now time"), rest = head && head.lastChild;
    if (!time || !/^\d\d:\d\d:\d\d$/.test(time.textContent) || !rest || rest.nodeType !== 3) return;
    if (shift === null) shift = offset(time.textContent, Date.parse(time.getAttribute("datetime")));
    time.textContent = inZone("UTC", now() + shift, true);
    rest.data = rest.data.replace(/\d\d:\d\d:\d\d/, inZone("UTC", now(), true));
  };
  const offset = (local, at) => {
    const [h, m, s] = local.split(":").map(Number);
    const day = new Date(at);
    let shift = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), h, m, s) - Math.floor(at / 1000) * 1000;
    if (shift > 14 * 3600000) shift -= 86400000;
    if (shift < -12 * 3600000) shift += 86400000;
    return Math.round(shift / 900000) * 900000;
  };

  // --- every few seconds: what moves slowly
  const slowly = () => {
    for (const el of $$("[data-zone]:not(html)")) el.textContent = inZone(el.dataset.zone, now(), false);
    const forms = $("#ago");
    if (forms) {
      for (const el of $$("time[data-ago]")) {
        const s = Math.max(0, Math.floor((now() - Date.parse(el.getAttribute("datetime"))) / 1000));
        const [n, form] = s < 60 ? [s, "s"] : s < 3600 ? [Math.floor(s / 60), "m"] : [Math.floor(s / 3600), "h"];
        el.textContent = forms.dataset[form].replace("#", n);
      }
    }
    const aim = Number(words.aimMinutes) * 60000;
    if (!aim || words.ended) return;
    for (const row of $$("tr[data-named]")) {
      const across = Math.min(100, Math.max(0, (now() - Date.parse(row.dataset.named)) / aim * 100));
      for (const line of $$("line[data-runs]", row)) line.setAttribute("x2", `${across.toFixed(2)}%`);
    }
  };

  // --- rows: one is chosen, any may be open
  const rows = () => $$("#platforms tr[data-band]").filter((row) => !row.hidden);
  const chosen = () => document.activeElement && document.activeElement.closest("#platforms tr[data-band]");
  const toggleOf = (row) => $("a.tw", row);
  const go = (step) => {
    const all = rows(), at = all.indexOf(chosen());
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))];
    if (next) { toggleOf(next).focus(); next.scrollIntoView({ block: "nearest" }); }
  };
  const mark = (row, open) => {
    row.classList.toggle("open", open);
    toggleOf(row).setAttribute("aria-expanded", String(open));
  };
  const address = (id) => {
    const url = new URL(location.href);
    if (id) url.searchParams.set("open", id); else url.searchParams.delete("open");
    url.hash = "";
    history.replaceState(history.state, "", url);
  };
  const load = async (id) => {
    const answer = await fetch(`/incidents/${words.ref}/notices/${id}`, { headers: { "HX-Request": "true" } });
    return answer.ok && !answer.redirected ? answer.text() : null;
  };
  const rowFrom = (html) => {
    const box = document.createElement("template");
    box.innerHTML = html;
    return box.content.querySelector("tr");
  };
  const shut = (id) => {
    const row = document.getElementById(`n-${id}`), detail = document.getElementById(`d-${id}`);
    if (detail) detail.remove();
    if (row) mark(row, false);
  };
  const open = async (id, then) => {
    const row = document.getElementById(`n-${id}`);
    if (!row) return false;
    if (!document.getElementById(`d-${id}`)) {
      const html = await load(id);
      if (html === null) return false;
      for (const other of $$("#platforms tr.detail")) shut(other.id.slice(2));
      row.after(rowFrom(html));
      mark(row, true);
      address(id);
    }
    if (then) then(document.getElementById(`d-${id}`));
    return true;
  };
  const refresh = async (id) => {
    const detail = document.getElementById(`d-${id}`);
    if (!detail || detail.contains(document.activeElement)) return; // never under the hand
    const html = await load(id);
    const still = document.getElementById(`d-${id}`);
    if (html !== null && still && !still.contains(document.activeElement)) still.replaceWith(rowFrom(html));
  };
  const firstNumber = (detail) => { const to = $(".call input, .call button, .call a", detail); if (to) to.focus(); };

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-open]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const id = link.dataset.open;
    if (!document.getElementById(`n-${id}`)) return; // its band is closed: the link shows it
    event.preventDefault();
    if (link.hasAttribute("data-call")) {
      if (!await open(id, (detail) => { detail.scrollIntoView({ block: "nearest" }); firstNumber(detail); })) location.href = link.href;
    } else if (document.getElementById(`d-${id}`)) { shut(id); address(""); }
    else if (!await open(id)) location.href = link.href;
  });

  // --- keys; off while typing
  const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !$("#platforms")) return;
    const here = document.activeElement;
    if (event.key === "Escape") {
      if (typing(here)) { here.blur(); return; }
      const detail = (here && here.closest("tr.detail")) || $("#platforms tr.detail");
      if (detail) { const id = detail.id.slice(2); shut(id); address(""); const row = document.getElementById(`n-${id}`); if (row) toggleOf(row).focus(); }
      return;
    }
    if (typing(here)) return;
    const acts = {
      j: () => go(1),
      k: () => go(-1),
      c: () => { const row = chosen(); if (row) open(row.id.slice(2), firstNumber); else { const first = $("a[data-call]"); if (first) first.click(); } },
      "/": () => { const find = $("#q"); find.focus(); find.select(); },
      "?": () => { const keys = $("#keys"); keys.open = !keys.open; if (keys.open) { keys.scrollIntoView({ block: "nearest" }); $("summary", keys).focus(); } },
    };
    const act = acts[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  // --- find: hide what does not fit while typing
  document.addEventListener("input", (event) => {
    if (event.target.id !== "q") return;
    const wanted = event.target.value.trim().toLocaleLowerCase();
    for (const row of $$("#platforms tr[data-band]")) {
      row.hidden = wanted !== "" && !row.querySelector("th").textContent.toLocaleLowerCase().includes(wanted);
      const detail = document.getElementById(`d-${row.id.slice(2)}`);
      if (detail) detail.hidden = row.hidden;
    }
  });

  // --- live: rows change in place, order only when asked
  let heardAt = Date.now(), stopped = false, fresh = 0;
  const health = (text, bad) => { const live = $("#live"); if (live) { live.textContent = text; live.classList.toggle("stale", bad); } };
  const heard = () => {
    heardAt = Date.now();
    if (stopped) { stopped = false; if (desk) desk.classList.remove("old"); }
    health(words.live, false);
  };
  document.addEventListener("beat", (event) => { setClock(event.detail.data); heard(); });
  document.addEventListener("htmx:before:swap", (event) => {
    for (const task of event.detail.tasks || []) {
      const row = task.fragment && task.fragment.firstElementChild;
      if (!row || row.tagName !== "TR") continue;
      if (!document.getElementById(row.id)) {
        const band = $(`#platforms tbody[data-band="${row.dataset.band}"]`);
        if (!words.narrowed && !(band && "closed" in band.dataset)) fresh += 1; // else it is left out on purpose
        continue;
      }
      row.classList.add("new");
      if (document.getElementById(`d-${row.id.slice(2)}`)) mark(row, true);
    }
  });
  document.addEventListener("htmx:after:swap", () => {
    heard();
    slowly();
    const news = $$("#platforms tr.new");
    for (const row of news) { refresh(row.id.slice(2)); setTimeout(() => row.classList.remove("new"), 2200); }
    tell(news);
  });
  const tell = (news) => {
    const counts = new Map();
    for (const row of news) { const st = $(".st", row); if (st) counts.set(st.textContent.trim(), (counts.get(st.textContent.trim()) || 0) + 1); }
    say([...counts].map(([state, n]) => `${n} ${state.toLocaleLowerCase()}`).join(", "), false);
  };
  // the line that offers order would push the rows down: not while a hand is on them
  let touchedAt = 0;
  for (const name of ["pointermove", "pointerdown", "focusin", "keydown"]) {
    document.addEventListener(name, (event) => { if (event.target.closest && event.target.closest("#platforms table")) touchedAt = Date.now(); }, { passive: true });
  }
  const moved = () => {
    const line = $("#moved");
    if (!line || Date.now() - touchedAt < 5000 || (document.activeElement && document.activeElement.closest("#platforms table"))) return;
    const away = $$("#platforms tr[data-band]").filter((row) => row.closest("tbody").dataset.band !== row.dataset.band).length + fresh;
    if (!away) { if (line.firstChild) line.replaceChildren(); return; }
    const text = `${(away === 1 ? words.movedOne : words.movedMany).replace("#", away)} `;
    if (line.firstChild && line.firstChild.data === text) return;
    const link = document.createElement("a");
    link.href = location.pathname + location.search;
    link.textContent = words.order;
    line.replaceChildren(text, link);
  };

  if (desk) setClock(desk.dataset.now);
  else { const time = $("#now time"); if (time) setClock(time.getAttribute("datetime")); }
  // a line can die without a word: one that brings nothing for ten seconds is given up, and the page connects anew
  let stream = null, openedAt = 0;
  document.addEventListener("htmx:sse:after:connection", (event) => { stream = event.detail.connection; openedAt = Date.now(); });
  const live = () => {
    if (!$("#live-source") || Date.now() - heardAt < 10000) return;
    if (!stopped) { stopped = true; desk.classList.add("old"); }
    health(`${words.stopped} ${zoned(heardAt)}`, true);
    if (stream && stream.reader && Date.now() - openedAt > 10000) stream.reader.cancel();
  };
  // --- the health line: asked for again while somebody looks; without an answer it says since when
  let answeredAt = Date.now();
  const watch = async () => {
    const line = $("#health");
    if (!line || document.hidden) return;
    try {
      const answer = await fetch("/health", { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(10000) });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const box = document.createElement("template");
      box.innerHTML = await answer.text();
      const fresh = box.content.querySelector("#health");
      line.className = fresh.className;
      $("#health-parts").replaceChildren(...fresh.querySelector("#health-parts").childNodes);
      answeredAt = Date.now();
    } catch {
      if (Date.now() - answeredAt < 12000) return; // one lost answer is no fault
      line.className = "health bad";
      $("#health-parts").textContent = `${line.dataset.gone} ${zoned(answeredAt)}`;
    }
  };
  setInterval(() => { figure(); mast(); live(); moved(); }, 1000);
  setInterval(slowly, 5000);
  setInterval(watch, 5000);
  slowly();
})();
