// Every word that a patient reads: short enough, and nothing that must not be there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { words } from "../../src/patient/words.ts";
import { count, readingAge, syllablesOf } from "./reading_age.ts";

/** What stands in for a name, a team, a number or a day. */
const STAND_INS: Record<number, unknown[]> = {
  1: ["the team"],
  2: ["the team", "the clinic"],
  3: ["the team", "the clinic", 3],
  4: ["the team", "the clinic", "Ann", 3],
};

/** All texts of the catalogue, those with gaps filled. */
function texts(value: unknown): string[] {
  if (typeof value === "string") {
    return [value];
  }
  if (typeof value === "function") {
    const filled: unknown = Reflect.apply(value, undefined, STAND_INS[value.length] ?? []);
    return texts(filled);
  }
  if (typeof value === "object" && value !== null) {
    return Object.values(value).flatMap(texts);
  }
  return [];
}

/** What the functions say to patients, as their sources have it. */
function functionWords(): string[] {
  const source = (name: string) =>
    readFileSync(new URL(`../../../handlers/${name}`, import.meta.url), "utf8")
      .replace(/\\\n\s*/g, "")
      .split("#[cfg(test)]")[0] ?? "";
  const problems = source("functions/src/capture_problems.rs");
  const wording = source("domain/src/consent_wording.rs");
  const consent = /const TEXT_2026_12: &str = "([^"]+)"/.exec(wording)?.[1] ?? "";
  const details = [...problems.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map(([, text = ""]) => text.replace(/\{[^}]*\}/g, "the team").replace(/\\"/g, ""))
    .filter((text) => /[a-z] [a-z]/.test(text) && !text.includes("::"));
  return [consent, ...details];
}

describe("the words of a patient's page", () => {
  test("syllables are counted as they are spoken", () => {
    for (const [word, spoken] of [
      ["photo", 2],
      ["send", 1],
      ["closed", 1],
      ["wanted", 2],
      ["people", 2],
      ["camera", 3],
      ["team", 1],
      ["hospital", 3],
    ] as const) {
      assert.equal(syllablesOf(word), spoken, word);
    }
  });

  test("a hard text is told from an easy one", () => {
    const hard =
      "Notwithstanding the aforementioned considerations, participating individuals are respectfully requested to acknowledge comprehensively the organisational documentation regarding photographic material.";
    assert.ok(readingAge(count([hard])) > 20);
    assert.ok(readingAge(count(["We keep the photos. You can phone us."])) < 9);
  });

  // Issue 4: reading age of 11 or below by a named formula.
  test("all of them have a reading age of 11 or below", () => {
    const age = readingAge(count(texts(words)));
    assert.ok(age <= 11, `Flesch-Kincaid: ${age.toFixed(1)}`);
  });

  test("so has each page's own part of the catalogue", () => {
    for (const [part, value] of Object.entries(words)) {
      const counted = count(texts(value));
      // A handful of words is a label, and a formula for texts says nothing about it.
      if (counted.words >= 40) {
        const age = readingAge(counted);
        assert.ok(age <= 11, `${part}: ${age.toFixed(1)}`);
      }
    }
  });

  test("so has what the functions say to patients", () => {
    const said = functionWords();
    assert.ok(said.length > 20, "the sources have moved");
    const age = readingAge(count(said));
    assert.ok(age <= 11, `Flesch-Kincaid: ${age.toFixed(1)}`);
  });

  test("no text is empty and no sentence is longer than 25 words", () => {
    for (const text of texts(words)) {
      assert.notEqual(text.trim(), "");
      for (const sentence of text.split(/[.!?:]+(?=\s|$)/)) {
        const length = sentence.split(/\s+/).filter(Boolean).length;
        assert.ok(length <= 25, `${length} words: ${sentence}`);
      }
    }
  });
});
