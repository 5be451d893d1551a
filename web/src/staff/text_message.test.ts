// The preview is the text that the service will write, whatever the name.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { ONE_TEXT, textMessage } from "./text_message.ts";

const SOURCE = readFileSync(
  new URL("../../../handlers/domain/src/text_message.rs", import.meta.url),
  "utf8",
);

test("the words are those of the service", () => {
  const asks = /const ASKS: &str = "([^"]*)"/.exec(SOURCE)?.[1];
  assert.match(textMessage("Sam", "https://x.example.org").text, new RegExp(`^Sam${asks}https://`));
});

test("every name that the service's own tests greet is greeted the same", () => {
  const table = /for \(name, shown\) in \[([\s\S]*?)\] \{/.exec(SOURCE)?.[1] ?? "";
  const names = [...table.matchAll(/\("([^"]*)", "([^"]*)"\)/g)];
  assert.ok(names.length > 10);
  for (const [, name = "", shown] of names) {
    const greeting = textMessage(name, "https://photos.example.org").text.split(",")[0];
    assert.equal(greeting, shown, name);
  }
});

test("it is as long as networks count it, and fits one text", () => {
  const { text, length } = textMessage("Sam", "https://photos.example.org");
  assert.equal(length, [...text].length);
  assert.equal(
    length,
    "Sam, your care team asks you for photos: https://photos.example.org/r#".length + 30,
  );
  const long = textMessage(
    "Hubertblaineaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    `https://${"x".repeat(70)}.org`,
  );
  assert.ok(long.length <= ONE_TEXT);
});
