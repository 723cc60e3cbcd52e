"""Tests of the report as a page of the desk."""

import pytest

from tests.parts import samples
from tests.web.site import Website
from tests.web.test_api import WRITER, Program


@pytest.fixture
def ref(website: Website) -> str:
    with website.app.app_context():
        samples.add(*samples.registry(2))
    found: str = Program(website, *WRITER).declare(title="<b>Night</b>")["ref"]
    return found


@pytest.mark.parametrize("role", ["officer", "manager", "auditor"])
def test_the_page_shows_the_report_and_offers_it_as_files(website: Website, ref: str, role: str) -> None:
    answer = website.person(role).get(f"/incidents/{ref}/report")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "&lt;b&gt;Night&lt;/b&gt;" in page
    assert page.count('class="wd"') == 3
    for form in ("html", "json", "csv"):
        assert f"/incidents/{ref}/report/file?format={form}" in page


def test_a_report_of_an_open_incident_says_that_it_is_interim_before_any_figure(website: Website, ref: str) -> None:
    page = website.person("officer").get(f"/incidents/{ref}/report").get_data(as_text=True)
    assert page.index("<h2>Interim, still running</h2>") < page.index('<dl class="figs">')


def test_the_page_shows_items_defanged_and_the_account_in_sentences(website: Website, ref: str) -> None:
    page = website.person("officer").get(f"/incidents/{ref}/report").get_data(as_text=True)
    assert "hxxps://pixelly[.]example/watch/" in page
    assert "https://pixelly.example" not in page
    assert "Declared: real, " in page
    assert "incident.declared, by a program" in page


@pytest.mark.parametrize(("form", "kind"), [("html", "text/html"), ("csv", "text/csv"), ("json", "application/json")])
def test_a_file_is_saved_under_its_name_and_can_run_nothing(website: Website, ref: str, form: str, kind: str) -> None:
    answer = website.person("officer").get(f"/incidents/{ref}/report/file?format={form}")
    assert answer.status_code == 200
    assert answer.mimetype == kind
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{ref}-report.{form}"'
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_format_that_does_not_exist_is_a_page_that_says_so(website: Website, ref: str) -> None:
    answer = website.person("officer").get(f"/incidents/{ref}/report/file?format=docx")
    assert answer.status_code == 422
    assert answer.mimetype == "text/html"


def test_a_registrar_does_not_read_reports(website: Website, ref: str) -> None:
    assert website.person("registrar").get(f"/incidents/{ref}/report").status_code == 403


def test_the_api_gives_the_report_in_each_format(website: Website, ref: str) -> None:
    reader = Program(website, "incidents:read")
    report = reader.get(f"/incidents/{ref}/report").get_json()
    assert (report["ref"], report["status"]) == (ref, "interim")
    assert reader.get(f"/incidents/{ref}/report?format=html").mimetype == "text/html"
    assert reader.get(f"/incidents/{ref}/report?format=csv").mimetype == "text/csv"
    assert reader.get(f"/incidents/{ref}/report?format=docx").status_code == 422
