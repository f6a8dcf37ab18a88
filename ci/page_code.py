"""Write the Python code of the README and of each page of docs/ to a module of its own, each line where it is there.

python ci/page_code.py FOLDER
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^( *)```(python|pycon)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


def code_of(text):
    lines = [""] * text.count("\n")
    for match in BLOCK.finditer(text):
        indent, kind, code = match.groups()
        first = text.count("\n", 0, match.start(3))
        for i, line in enumerate(code.splitlines(), first):
            line = line.removeprefix(indent)
            if kind == "pycon":
                line = line[4:] if line.startswith((">>> ", "... ")) else ""
            lines[i] = line
    return "\n".join(lines) + "\n"


folder = Path(sys.argv[1])
folder.mkdir(parents=True)
for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]:
    code = code_of(page.read_text(encoding="utf-8"))
    if code.strip():
        name = re.sub(r"\W", "_", page.relative_to(ROOT).with_suffix("").as_posix())
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
print(len(list(folder.iterdir())), "pages with code")
