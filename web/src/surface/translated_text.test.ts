import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ComponentChildren, Fragment, h, type VNode } from "preact";
import { keepTexts } from "./translated_text.ts";

/** What stands in an element, shortly: texts in quotes, elements by name and key. */
function told(children: ComponentChildren): unknown {
  if (Array.isArray(children)) return children.map(told);
  if (typeof children !== "object" || children === null) return children;
  const { type, key, props } = children as VNode<{ children?: ComponentChildren }>;
  return [String(type), key ?? null, told(props.children)];
}

const inside = ({ props }: { props: { children?: ComponentChildren } }) => told(props.children);

describe("a text that a browser may translate", () => {
  test("stands alone in an element that is keyed by it", () => {
    assert.deepEqual(inside(h("button", null, "Send 2 photos")), [
      "span",
      "Send 2 photos",
      "Send 2 photos",
    ]);
    assert.deepEqual(inside(h("strong", null, 2)), ["span", "2", "2"]);
  });

  test("is one with the texts beside it, as it is read", () => {
    const line = h("p", null, "Until Thursday", " ", "at", 9);
    assert.deepEqual(inside(line), [["span", "Until Thursday at9", "Until Thursday at9"]]);
  });

  test("never stands beside an element, in whatever order they come", () => {
    const line = h("p", null, h("strong", null, "Why"), ": ", "to see it", false, "now", null);
    assert.deepEqual(inside(line), [
      ["strong", null, ["span", "Why", "Why"]],
      ["span", ": to see it", ": to see it"],
      false,
      ["span", "now", "now"],
      null,
    ]);
  });

  test("is kept in a fragment and in a list too", () => {
    assert.deepEqual(inside(h(Fragment, null, "one")), ["span", "one", "one"]);
    assert.deepEqual(told(keepTexts(["a", h("br", null)])), [
      ["span", "a", "a"],
      ["br", null, undefined],
    ]);
  });

  test("is left as it is where its element is keyed by it already", () => {
    assert.equal(inside(h("li", { key: "Daylight" }, "Daylight")), "Daylight");
  });

  test("is left as it is where no element may stand, and a space takes no room", () => {
    assert.equal(inside(h("option", null, "left knee")), "left knee");
    assert.equal(inside(h("textarea", null, "a note")), "a note");
    assert.equal(inside(h("p", null, " ")), " ");
  });

  test("leaves what holds no text untouched, so that nothing is drawn anew for it", () => {
    const children = [h("br", null), null, false];
    assert.equal(keepTexts(children), children);
    assert.equal(keepTexts(null), null);
  });
});
