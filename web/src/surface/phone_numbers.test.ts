import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { phoneHref, splitPhones } from "./phone_numbers.ts";

const links = (text: string, phone?: string) =>
  splitPhones(text, phone).flatMap((part) => (part.kind === "phone" ? [part.href] : []));

describe("a telephone number in a text", () => {
  test("is a link, and the text stays as it is", () => {
    const text = "Please phone Riverside Hospital on 020 7946 0018. They can help.";
    assert.deepEqual(splitPhones(text), [
      { kind: "text", text: "Please phone Riverside Hospital on " },
      { kind: "phone", text: "020 7946 0018", href: "tel:02079460018" },
      { kind: "text", text: ". They can help." },
    ]);
    assert.deepEqual(splitPhones("020 7946 0018").length, 1);
    assert.deepEqual(splitPhones(""), []);
  });

  test("is known in any of the ways that people write one", () => {
    for (const [written, href] of [
      ["07700 900123", "tel:07700900123"],
      ["07700900123", "tel:07700900123"],
      ["(020) 7946 0018", "tel:02079460018"],
      ["020-7946-0018", "tel:02079460018"],
      ["+44 (0)20 7946 0018", "tel:+442079460018"],
      ["+1 202 555 0100", "tel:+12025550100"],
    ] as const) {
      assert.deepEqual(links(`Phone ${written}, please.`), [href], written);
    }
  });

  test("is not a date, a year, an NHS number or a count", () => {
    for (const text of ["Born on 01 02 1980", "999 123 4567", "2026-11-30", "You have 12 photos"]) {
      assert.deepEqual(links(text), [], text);
    }
  });

  test("may come twice, and one that is known counts however short", () => {
    assert.equal(links("020 7946 0018 or 07700 900123").length, 2);
    assert.deepEqual(links("Phone the clinic on 116 123 at night", "116 123"), ["tel:116123"]);
    assert.equal(phoneHref("0800 1111"), "tel:08001111");
  });
});
