// Every test of the staff's pages, over one system and one browser.
import { after, before } from "node:test";
import { accessibility } from "./accessibility.ts";
import { comparing } from "./compare.ts";
import { finishing } from "./done.ts";
import { drafting } from "./drafts.ts";
import { inTheRoom } from "./in_the_room.ts";
import { locking } from "./lock.ts";
import { byKeyboard } from "./keyboard.ts";
import { ownWords } from "./own_words.ts";
import { refusals } from "./refusals.ts";
import { road } from "./road.ts";
import { signingIn } from "./sign_in.ts";
import { translatedPages } from "./translated.ts";
import { startWorld, type World } from "./world.ts";

let started: World | undefined;

function world(): World {
  if (started === undefined) throw new Error("the system has not started");
  return started;
}

before(async () => {
  started = await startWorld();
});
after(() => started?.stop());

signingIn(world);
road(world);
inTheRoom(world);
drafting(world);
finishing(world);
comparing(world);
locking(world);
byKeyboard(world);
ownWords(world);
refusals(world);
accessibility(world);
translatedPages(world);
