// Keeps a camera open for as long as its page is seen. A call, a lock or another app takes the
// camera away: from then on the picture is old, and an old picture must never become "taken now".
// The keeper says so at once, and opens the camera again by itself.
import type { CameraNews, OpenCamera, Opened, Wanted } from "./camera.ts";
import { bestFirst, othersAfter, type SeenCamera, worth } from "./camera_choice.ts";

/** Why a camera that was open shows nothing now. */
export type StopReason =
  /** A call, another app, a plug that was pulled. */
  | "ended"
  | "muted"
  /** Nobody sees the page. */
  | "hidden"
  /** It says that all is well, and yet no new picture comes. */
  | "still";

export type CameraState =
  | { is: "starting" }
  /** `number` of `count`, in the order in which "the other camera" comes to them. */
  | { is: "live"; stream: MediaStream; number: number; count: number }
  | { is: "stopped"; why: StopReason }
  | { is: "refused" | "missing" | "busy" };

/** Kept in the memory of the page, and gone with it. */
export interface CameraMemory {
  /** The one that was open last, which is asked for first. */
  last: string | undefined;
  focus: Map<string, boolean>;
}

export interface KeeperPorts {
  open: (wanted: Wanted) => Promise<Opened>;
  list: () => Promise<readonly SeenCamera[]>;
  isShown: () => boolean;
  /** Calls back whenever `isShown` may have changed; answers how to stop that. */
  onShown: (changed: () => void) => () => void;
  /** Calls back after so many milliseconds; answers how to forget that. */
  later: (after: number, call: () => void) => () => void;
}

export interface Keeper {
  /** To the next of all cameras. */
  next: () => Promise<void>;
  /** Somebody asks for it once more. */
  again: () => void;
  /** The picture does not move. */
  still: () => void;
  close: () => void;
}

/** Milliseconds before the camera is asked for again: longer each time, for as long as it takes. */
const PAUSES = [300, 1000, 2000, 4000];
/** A camera that is muted for longer than this is opened anew. */
const MUTED_LONG = 3000;

interface Found {
  opened: Opened;
  cameras: readonly SeenCamera[];
}

export function keepCamera(
  { open, list, isShown, onShown, later }: KeeperPorts,
  memory: CameraMemory,
  tell: (state: CameraState) => void,
): Keeper {
  let state: CameraState = { is: "starting" };
  /** What was begun before the newest turn is too late. */
  let turn = 0;
  let tries = 0;
  let release = () => {};
  let forget = () => {};

  const become = (now: CameraState) => {
    state = now;
    tell(now);
  };

  const letGo = () => {
    turn += 1;
    forget();
    release();
    release = () => {};
  };

  /** The camera asked for, or a better one; `undefined` where meanwhile something else was begun. */
  async function find(wanted: Wanted): Promise<Found | undefined> {
    const mine = turn;
    let opened = await openIn(mine, wanted);
    if (opened?.kind === "missing" && wanted !== "back") {
      wanted = "back";
      opened = await openIn(mine, wanted);
    }
    if (opened?.kind !== "live") return opened && { opened, cameras: [] };
    const cameras = await listed();
    if (mine !== turn) return tooLate(opened);
    return wanted === "back" ? better(mine, opened, cameras) : { opened, cameras };
  }

  /** Looks at each camera that may be better than the one that the browser proposed. */
  async function better(mine: number, first: Opened, all: readonly SeenCamera[]) {
    let opened = first;
    let cameras = all;
    while (opened.kind === "live") {
      const { camera } = opened;
      const current = cameras.find(({ id }) => id === camera.id);
      const [best] = bestFirst(cameras, memory.focus);
      if (!current || !best || worth(best, memory.focus) <= worth(current, memory.focus)) break;
      // Many phones open one camera at a time.
      camera.close();
      const other = await openIn(mine, { id: best.id });
      if (other === undefined) return undefined;
      // One that cannot be opened is no better.
      if (other.kind !== "live") cameras = cameras.filter(({ id }) => id !== best.id);
      const next = other.kind === "live" ? other : await openIn(mine, { id: current.id });
      if (next === undefined) return undefined;
      opened = next;
    }
    return { opened, cameras: all };
  }

  async function openIn(mine: number, wanted: Wanted): Promise<Opened | undefined> {
    const opened = await open(wanted);
    if (mine !== turn) return tooLate(opened);
    if (opened.kind === "live") {
      const { id, focuses } = opened.camera;
      if (id !== undefined && focuses !== undefined) memory.focus.set(id, focuses);
    }
    return opened;
  }

  function tooLate(opened: Opened): undefined {
    if (opened.kind === "live") opened.camera.close();
  }

  const listed = () => list().catch((): readonly SeenCamera[] => []);

  async function start(): Promise<void> {
    letGo();
    if (!isShown()) return become({ is: "stopped", why: "hidden" });
    // What stopped it is said until it is there again.
    if (state.is !== "stopped") become({ is: "starting" });
    const found = await find(memory.last === undefined ? "back" : { id: memory.last });
    if (found === undefined) return;
    const { opened, cameras } = found;
    if (opened.kind === "live") return take(opened.camera, cameras);
    // Asked for again where it was there a moment ago; a no is a no.
    if (state.is === "stopped" && opened.kind !== "refused") return startLater();
    become({ is: opened.kind });
  }

  function startLater(): void {
    forget = later(PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 0, () => void start());
    tries += 1;
  }

  function take(camera: OpenCamera, cameras: readonly SeenCamera[]): void {
    const at = bestFirst(cameras, memory.focus).findIndex(({ id }) => id === camera.id);
    const [number, count] = [Math.max(1, at + 1), Math.max(1, cameras.length)];
    const live = () => {
      tries = 0;
      become({ is: "live", stream: camera.stream, number, count });
    };
    const unwatch = camera.watch((news) => heard(camera, news, live));
    release = () => {
      unwatch();
      camera.close();
    };
    memory.last = camera.id;
    if (camera.isMuted()) heard(camera, "muted", live);
    else live();
  }

  function heard(camera: OpenCamera, news: CameraNews, live: () => void): void {
    if (news === "ended") return stop("ended");
    forget();
    if (news === "unmuted") return live();
    become({ is: "stopped", why: "muted" });
    // Some phones never say that it sends again.
    forget = later(MUTED_LONG, () => (camera.isMuted() ? void start() : live()));
  }

  function stop(why: StopReason): void {
    letGo();
    become({ is: "stopped", why });
    startLater();
  }

  const stopWatching = onShown(() => {
    if (!isShown()) {
      if (state.is === "starting" || state.is === "live" || state.is === "stopped") {
        letGo();
        become({ is: "stopped", why: "hidden" });
      }
    } else if (state.is === "stopped" || state.is === "missing" || state.is === "busy") {
      tries = 0;
      void start();
    }
  });

  void start();

  return {
    async next() {
      letGo();
      const mine = turn;
      become({ is: "starting" });
      const cameras = await listed();
      if (mine !== turn) return;
      for (const { id } of othersAfter(bestFirst(cameras, memory.focus), memory.last)) {
        const opened = await openIn(mine, { id });
        if (opened === undefined) return;
        if (opened.kind === "live") return take(opened.camera, cameras);
      }
      // None of the others opens: back to the one that did.
      await start();
    },
    again() {
      tries = 0;
      void start();
    },
    still() {
      if (state.is === "live") stop("still");
    },
    close() {
      stopWatching();
      letGo();
    },
  };
}
