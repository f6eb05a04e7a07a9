"""Prints what `run` has gathered. Ends with status 1 if the three do not make the same documents."""

import sys
import xml.etree.ElementTree as xml
from pathlib import Path

folder = Path(sys.argv[1])
WHO = ["ours", "python", "node"]


def lines(name):
    path = folder / name
    return dict(line.split("\t", 1) for line in path.read_text().splitlines()) if path.exists() else {}


def tree(document):
    node = xml.fromstring(document.encode())
    return [(one.tag, sorted(one.attrib.items()), (one.text or "").strip()) for one in node.iter()]


def shown(rate):
    if rate is None:
        return "-"
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.3g}"


documents = {who: {name: tree(text) for name, text in lines(f"{who}.documents").items()} for who in WHO}
for who in WHO[1:]:
    for name, made in documents["ours"].items():
        if documents[who][name] != made:
            sys.exit(f"{name}: {who} makes another document than we do: {documents[who][name]}, {made}")

rates = {who: {name: float(rate) for name, rate in lines(who).items()} for who in WHO}
print(f"{'a second, on one core':<24}{'ours':>12}{'python':>12}{'node':>12}")
for name in rates["ours"]:
    print(f"{name:<24}" + "".join(f"{shown(rates[who].get(name)):>12}" for who in WHO))
for name, rate in rates["ours"].items():
    for who in WHO[1:]:
        if name in rates[who]:
            print(f"ratio {name}/{who} {rate / rates[who][name]:.1f}")
