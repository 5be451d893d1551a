// Addresses and pages belong together, both ways.
import assert from "node:assert/strict";
import test from "node:test";
import { pathOf, readRoute, type Route } from "./routes.ts";

test("every page's address leads back to it", () => {
  const pages: Route[] = [
    { page: "list-inbox" },
    { page: "find-patients" },
    { page: "add-patient" },
    { page: "show-patient", patient: "p1", by: "date" },
    { page: "show-patient", patient: "p1", by: "body-part" },
    { page: "correct-patient", patient: "p1" },
    { page: "request-capture", patient: "p1", how: "text" },
    { page: "request-capture", patient: "p1", how: "here" },
    { page: "view-item", patient: "p1", item: "i1" },
    { page: "compare-items", patient: "p1", item: "i1", other: "i2", how: "overlay" },
    { page: "compare-items", patient: "p1", item: "i1", other: "i2", how: "side-by-side" },
    { page: "signed-in" },
    { page: "signed-out" },
  ];
  for (const page of pages) assert.deepEqual(readRoute(pathOf(page)), page);
});

test("an address that is no page's leads nowhere", () => {
  for (const path of [
    "/staff/nothing",
    "/staff/patients",
    "/staff/patients/p1/nothing",
    "/staff/patients/p%2F1",
    "/staff/patients/p1/pictures",
    "/staff/patients/p1/pictures/i1/beside",
    "/other",
  ]) {
    assert.deepEqual(readRoute(path), { page: "nowhere" }, path);
  }
});

test("the front door and a slash at the end are the inbox", () => {
  for (const path of ["/", "/staff", "/staff/", "/staff?x=1"]) {
    assert.deepEqual(readRoute(path), { page: "list-inbox" }, path);
  }
});
