// Sends all photos of the page, one after the other, then tells the team; and remembers what
// storage has confirmed of each, so that stopping and going on costs nothing twice.
import type { Answer, Call, NotDone } from "../../api/call.ts";
import type { Problem } from "../../api/problem.ts";
import type { CaptureShown, Happening } from "../journey.ts";
import type { Trouble } from "../patient_api.ts";
import { forget, type Photo } from "../photo/photo.ts";
import { endsIn } from "../session_clock.ts";
import { putToStorage, waitForSignal } from "./browser_ports.ts";
import { type Confirmed, sendPhoto, type UploadPorts } from "./send_photo.ts";

export interface Sender {
  send: (photos: readonly Photo[], note: string) => Promise<void>;
  stopSending: () => void;
  /** Takes a photo off the page, and gives back the place it may have been granted. */
  drop: (photo: Photo) => void;
  /** True for an upload whose photo is still on this page. */
  isHeld: (upload: string) => boolean;
}

export interface SenderOptions {
  call: Call;
  tell: (happening: Happening) => void;
  trouble: (answer: NotDone) => Trouble | undefined;
  show: () => Promise<Answer<CaptureShown>>;
}

export function createSender({ call, tell, trouble, show }: SenderOptions): Sender {
  const confirmed = new Map<string, Confirmed>();
  let stop = new AbortController();

  const confirmedOf = (photo: Photo): Confirmed => {
    const known = confirmed.get(photo.key) ?? { upload: undefined, blocks: new Set() };
    confirmed.set(photo.key, known);
    return known;
  };

  const ports = (): UploadPorts => ({
    grant: ({ type, bytes, sha256, source }) =>
      call("post", "/api/capture/uploads", {
        body: { contentType: type, bytes: bytes.size, sha256, source },
      }),
    finish: (upload) =>
      call("post", "/api/capture/uploads/{upload}/finish", { path: { upload }, body: {} }),
    put: (url, headers, body) => putToStorage(url, headers, body, stop.signal),
    signal: (attempt) => waitForSignal(attempt, stop.signal),
  });

  /** Back to the list, with what arrived meanwhile as the function knows it. */
  async function backToPhotos(why?: Trouble): Promise<void> {
    const shown = await show();
    tell({ what: "sending-stopped", ...(why === undefined ? {} : { trouble: why }) });
    if (shown.kind === "done") {
      const endsAt = endsIn(shown.body.secondsLeft);
      tell({ what: "refreshed", capture: shown.body, endsAt });
    } else {
      trouble(shown);
    }
  }

  /** True where the refusal is not about this photo but about the whole journey, which it ended. */
  function isOver(problem: Problem | undefined): boolean {
    return problem !== undefined && trouble({ kind: "refused", problem }) === undefined;
  }

  /** Tells the team; goes on by itself when no answer comes. */
  async function submit(note: string): Promise<void> {
    const body = note === "" ? {} : { note };
    for (let attempt = 1; ; attempt += 1) {
      const answer = await call("post", "/api/capture/submit", { body });
      const shown = answer.kind === "done" ? await show() : answer;
      if (shown.kind === "done") {
        confirmed.clear();
        const endsAt = endsIn(shown.body.secondsLeft);
        return tell({ what: "sent", capture: shown.body, endsAt });
      }
      if (shown.kind === "refused") {
        return backToPhotos(trouble(shown));
      }
      if (!(await waitForSignal(attempt, stop.signal))) {
        return backToPhotos();
      }
    }
  }

  return {
    async send(photos, note) {
      stop = new AbortController();
      tell({ what: "sending", note });
      let refused = 0;
      for (const photo of photos) {
        const { key } = photo;
        const outcome = await sendPhoto(photo, confirmedOf(photo), ports(), (progress) =>
          tell({ what: "progressed", key, progress }),
        );
        if (outcome.kind === "session-ended") {
          return tell({ what: "session-ended" });
        }
        if (outcome.kind === "given-up") {
          return backToPhotos();
        }
        if (outcome.kind === "refused" && isOver(outcome.problem)) {
          return;
        }
        if (outcome.kind === "refused") {
          refused += 1;
          tell({ what: "progressed", key, progress: { at: "refused", words: outcome.words } });
          continue;
        }
        refused += outcome.kind === "unusable" ? 1 : 0;
        tell({ what: "progressed", key, progress: { at: outcome.kind } });
        confirmed.delete(key);
      }
      // What could not be sent is for the patient to decide about before the team is told.
      await (refused === 0 ? submit(note) : backToPhotos());
      if (refused === 0) {
        photos.forEach(forget);
      }
    },

    stopSending() {
      stop.abort();
    },

    drop(photo) {
      const upload = confirmed.get(photo.key)?.upload;
      confirmed.delete(photo.key);
      forget(photo);
      tell({ what: "took-out", key: photo.key });
      if (upload !== undefined) {
        // Not waited for: a grant that is not used gives its place back by itself.
        void call("delete", "/api/capture/uploads/{upload}", { path: { upload }, body: {} });
      }
    },

    isHeld: (upload) => [...confirmed.values()].some((known) => known.upload === upload),
  };
}
