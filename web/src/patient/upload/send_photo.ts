// Sends one photo to storage in blocks and does not give up: a cut connection costs the block that
// was on its way, a signature that ran out is asked for again, and what storage has confirmed is
// never sent twice.
import type { Answer, Body } from "../../api/call.ts";
import type { Problem } from "../../api/problem.ts";
import type { Photo } from "../photo/photo.ts";
import { type Block, blockAddress, blockList, blocksOf, listAddress } from "./blocks.ts";
import type { Progress } from "./progress.ts";

export type Granted = Body<"post", "/api/capture/uploads">;
export type Stands = Body<"post", "/api/capture/uploads/{upload}/finish">;

/** What sending needs of the world. */
export interface UploadPorts {
  grant: (photo: Photo) => Promise<Answer<Granted>>;
  finish: (upload: string) => Promise<Answer<Stands>>;
  /** The status of storage's answer; `cut` where none came. */
  put: (
    url: string,
    headers: Readonly<Record<string, string>>,
    body: Blob | string,
  ) => Promise<number | "cut">;
  /** Ends when it is worth trying again, the `attempt`-th time in a row; false to give up. */
  signal: (attempt: number) => Promise<boolean>;
}

/** What storage has confirmed; it outlives a session that ends in between. */
export interface Confirmed {
  upload: string | undefined;
  blocks: Set<string>;
}

export type Outcome =
  | { kind: "arrived"; upload: string }
  | { kind: "refused"; words: string; problem?: Problem }
  /** It arrived, was looked at and cannot be used. */
  | { kind: "unusable" }
  | { kind: "session-ended" }
  | { kind: "given-up" };

/** Failed attempts in a row after which the page says more than "waiting for signal". */
const LONG = 5;
/** Problems of a grant that the person at the phone has to know; asking again soon does not help. */
const FOR_PEOPLE = ["too-many-uploads", "no-room"];
/** How often storage may say that it cannot make sense of what we sent. */
const MOST_RESTARTS = 3;

export async function sendPhoto(
  photo: Photo,
  confirmed: Confirmed,
  ports: UploadPorts,
  tell: (progress: Progress) => void,
): Promise<Outcome> {
  const blocks = blocksOf(photo.bytes.size);
  const total = photo.bytes.size;
  const sent = () =>
    blocks.filter(({ id }) => confirmed.blocks.has(id)).reduce((sum, b) => sum + b.to - b.from, 0);
  let failures = 0;
  let restarts = 0;
  const moved = () => {
    failures = 0;
    tell({ at: "sending", sent: sent(), total });
  };
  const wait = () => {
    failures += 1;
    tell({ at: "no-signal", sent: sent(), total, long: failures >= LONG });
    return ports.signal(failures);
  };

  tell({ at: "sending", sent: sent(), total });
  for (;;) {
    const answer = await ports.grant(photo);
    if (isPassing(answer)) {
      if (!(await wait())) return { kind: "given-up" };
      continue;
    }
    if (answer.kind !== "done") {
      return refusal(answer);
    }
    if (!("url" in answer.body)) {
      return { kind: "arrived", upload: answer.body.upload };
    }
    const { upload, url, headers } = answer.body;
    if (confirmed.upload !== upload) {
      confirmed.upload = upload;
      confirmed.blocks.clear();
    }
    moved();

    const stored = await putBlocks(photo, blocks, confirmed, url, ports, moved, wait);
    if (stored === "given-up") {
      return { kind: "given-up" };
    }
    if (stored === "sign-again") {
      if (!(await wait())) return { kind: "given-up" };
      continue;
    }
    const type = headers["content-type"] ?? photo.type;
    const put = stored === "stored"
      ? await ports.put(listAddress(url), { "x-ms-blob-content-type": type }, blockList(blocks))
      : "cut";

    // Whatever became of the last answer, the function asks storage itself.
    const finished = await finish(upload, ports, wait);
    if (finished !== "not-there") {
      return finished;
    }
    if (stored === "nonsense" || (typeof put === "number" && put >= 400 && put < 500 && put !== 403)) {
      restarts += 1;
      confirmed.blocks.clear();
      if (restarts > MOST_RESTARTS) {
        return { kind: "refused", words: "" };
      }
    }
    if (!(await wait())) return { kind: "given-up" };
  }
}

type Stored = "stored" | "sign-again" | "nonsense" | "given-up";

async function putBlocks(
  photo: Photo,
  blocks: readonly Block[],
  confirmed: Confirmed,
  url: string,
  ports: UploadPorts,
  moved: () => void,
  wait: () => Promise<boolean>,
): Promise<Stored> {
  for (const block of blocks) {
    while (!confirmed.blocks.has(block.id)) {
      const bytes = photo.bytes.slice(block.from, block.to);
      const status = await ports.put(blockAddress(url, block), {}, bytes);
      if (status === 201) {
        confirmed.blocks.add(block.id);
        moved();
      } else if (status === 403 || status === 507) {
        // The address has ended, or there is no room: the function knows, and says it in words.
        return "sign-again";
      } else if (status === "cut" || status === 408 || status === 429 || status >= 500) {
        if (!(await wait())) return "given-up";
      } else {
        return "nonsense";
      }
    }
  }
  return "stored";
}

async function finish(
  upload: string,
  ports: UploadPorts,
  wait: () => Promise<boolean>,
): Promise<Outcome | "not-there"> {
  for (;;) {
    const answer = await ports.finish(upload);
    if (isPassing(answer)) {
      if (!(await wait())) return { kind: "given-up" };
    } else if (answer.kind === "done") {
      return answer.body.state === "refused" ? { kind: "unusable" } : { kind: "arrived", upload };
    } else if (answer.kind === "refused" && answer.problem.kind === "not-arrived") {
      return "not-there";
    } else {
      return refusal(answer);
    }
  }
}

/** True where the same call may well work in a while. */
function isPassing(answer: Answer<unknown>): boolean {
  return (
    answer.kind === "unreachable" ||
    (answer.kind === "refused" &&
      !FOR_PEOPLE.includes(answer.problem.kind) &&
      (answer.problem.status >= 500 || answer.problem.status === 429))
  );
}

function refusal(answer: Exclude<Answer<unknown>, { kind: "done" }>): Outcome {
  if (answer.kind === "unreachable") {
    return { kind: "given-up" };
  }
  return answer.problem.kind === "session-ended"
    ? { kind: "session-ended" }
    : { kind: "refused", words: answer.problem.detail, problem: answer.problem };
}
