// The camera of the page, for as long as the page is there.
import { useEffect, useRef, useState } from "preact/hooks";
import { listCameras, openCamera } from "./photo/camera.ts";
import {
  type CameraMemory,
  type CameraState,
  keepCamera,
  type Keeper,
  type KeeperPorts,
} from "./photo/camera_keeper.ts";
import { hasLight, setLight } from "./photo/light.ts";

/** Which camera was good, from one visit of the camera to the next; gone with the page. */
const memory: CameraMemory = { last: undefined, focus: new Map() };

/** Safari tells of a page that comes back with `pageshow` alone. */
const CHANGES = ["visibilitychange", "freeze", "resume"] as const;
const MOVES = ["pageshow", "pagehide"] as const;

function browserPorts(): KeeperPorts {
  let isFrozen = false;
  return {
    open: openCamera,
    list: listCameras,
    isShown: () => document.visibilityState === "visible" && !isFrozen,
    onShown(changed) {
      const heard = ({ type }: Event) => {
        isFrozen = type === "freeze" || type === "pagehide";
        changed();
      };
      CHANGES.forEach((name) => document.addEventListener(name, heard));
      MOVES.forEach((name) => addEventListener(name, heard));
      return () => {
        CHANGES.forEach((name) => document.removeEventListener(name, heard));
        MOVES.forEach((name) => removeEventListener(name, heard));
      };
    },
    later(after, call) {
      const timer = setTimeout(call, after);
      return () => clearTimeout(timer);
    },
  };
}

export interface UsedCamera {
  state: CameraState;
  next: () => void;
  again: () => void;
  still: () => void;
}

export function useCamera(): UsedCamera {
  const [state, setState] = useState<CameraState>({ is: "starting" });
  const keeper = useRef<Keeper | undefined>(undefined);
  useEffect(() => {
    const kept = keepCamera(browserPorts(), memory, setState);
    keeper.current = kept;
    return kept.close;
  }, []);
  return {
    state,
    next: () => void keeper.current?.next(),
    again: () => keeper.current?.again(),
    still: () => keeper.current?.still(),
  };
}

/** `failed`: it was asked to shine and did not. */
export type Light = "none" | "off" | "on" | "failed";

export function useLight(stream: MediaStream | undefined): { light: Light; change: () => void } {
  const [light, setState] = useState<Light>("none");
  useEffect(() => {
    setState(stream !== undefined && hasLight(stream) ? "off" : "none");
  }, [stream]);
  const change = async () => {
    if (stream === undefined) return;
    const wish = light === "on" ? "off" : "on";
    setState((await setLight(stream, wish === "on")) ? wish : "failed");
  };
  return { light, change: () => void change() };
}
