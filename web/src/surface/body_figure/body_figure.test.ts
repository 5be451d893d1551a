import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isMarked, viewsShowing } from "./body_figure.tsx";
import { BODY_SITES, hasSide, type Laterality } from "./body_site.ts";
import { areasOf, VIEWS } from "./drawing.ts";

test("the list is the published one", () => {
  const rust = new URL("../../../../handlers/domain/src/body_site.rs", import.meta.url);
  const source = readFileSync(rust, "utf8");
  const all = /pub const ALL: \[Self; \d+\] = \[([^\]]+)\]/.exec(source)?.[1] ?? "";
  const names = [...all.matchAll(/Self::(\w+)/g)].map(([, name = ""]) =>
    name.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase(),
  );
  assert.deepEqual(names, BODY_SITES);
  const middle = /pub fn has_side[^!]+!matches!\(\s*self,([^)]+)\)/.exec(source)?.[1] ?? "";
  for (const site of BODY_SITES) {
    const name = site.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
    assert.equal(hasSide(site), !new RegExp(`Self::${name}\\b`).test(middle), site);
  }
});

test("every site can be seen on some view, on each of its sides", () => {
  for (const site of BODY_SITES) {
    const sides: Laterality[] = hasSide(site) ? ["left", "right", "both"] : ["none"];
    for (const laterality of sides) {
      assert.notEqual(viewsShowing({ site, laterality }).length, 0, `${site} ${laterality}`);
    }
  }
});

test("a left knee marks no right one, and both mark both", () => {
  const marked = (laterality: Laterality) =>
    areasOf("front")
      .filter((area) => isMarked(area, { site: "knee", laterality }))
      .map((area) => area.laterality);
  assert.deepEqual(marked("left"), ["left"]);
  assert.deepEqual(marked("both").sort(), ["left", "right"]);
});

test("the patient's left stands at the viewer's right from the front, and not from behind", () => {
  const drawnAtTheLeft = (view: "front" | "back") =>
    areasOf(view).find((area) => area.site === "knee" && !area.isMirrored)?.laterality;
  assert.equal(drawnAtTheLeft("front"), "right");
  assert.equal(drawnAtTheLeft("back"), "left");
});

test("every outline is closed and within its field", () => {
  for (const view of VIEWS) {
    for (const { outline, site } of areasOf(view)) {
      assert.match(outline, /^M.*Z$/, site);
      const numbers = (outline.match(/\d+/g) ?? []).map(Number);
      assert.ok(numbers.every((number) => number <= 406), `${view} ${site}`);
    }
  }
});
