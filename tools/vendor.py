"""Copies the scripts that pages load from node_modules, with licences and a manifest of SHA-384."""

import base64
import hashlib
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "crisis" / "web" / "static" / "vendor"

#: What a page loads: name in our folder, file in the package.
FILES = {
    "htmx.min.js": ("htmx.org", "dist/htmx.min.js"),
    "hx-sse.min.js": ("htmx.org", "dist/ext/hx-sse.min.js"),
    "hx-csp.min.js": ("htmx.org", "dist/ext/hx-csp.min.js"),
    "htmx-LICENSE.txt": ("htmx.org", "LICENSE"),
}


def main() -> None:
    """Copy every file and write ``manifest.json``; needs `npm ci --ignore-scripts` before."""
    TARGET.mkdir(parents=True, exist_ok=True)
    manifest = {}
    for name, (package, path) in FILES.items():
        source = ROOT / "node_modules" / package / path
        shutil.copyfile(source, TARGET / name)
        manifest[name] = {
            "package": package,
            "version": json.loads((ROOT / "node_modules" / package / "package.json").read_text())["version"],
            "path": path,
            "sha384": digest(TARGET / name),
        }
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(f"vendored {len(manifest)} files")


def digest(path: Path) -> str:
    """SHA-384 in base64, as the attribute ``integrity`` wants it."""
    return base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode("ascii")


def check() -> list[str]:
    """What differs between manifest, files and lock; empty if nothing does. Needs no Node."""
    manifest = json.loads((TARGET / "manifest.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wrong = [
        f"{path.name} is not in the manifest"
        for path in TARGET.iterdir()
        if path.name not in (*manifest, "manifest.json")
    ]
    for name, entry in manifest.items():
        if FILES.get(name) != (entry["package"], entry["path"]):
            wrong.append(f"{name} is not what tools/vendor.py copies")
        if not (TARGET / name).is_file() or digest(TARGET / name) != entry["sha384"]:
            wrong.append(f"{name} differs from the manifest")
        if lock.get(f"node_modules/{entry['package']}", {}).get("version") != entry["version"]:
            wrong.append(f"{name} is of another version than package-lock.json")
    return wrong


if __name__ == "__main__":
    if "--check" in sys.argv:
        found = check()
        print("\n".join(found) or "vendored files, manifest and lock agree")
        sys.exit(1 if found else 0)
    main()
