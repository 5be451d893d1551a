// A picture in its frame, to zoom and pan by wheel, pinch, drag, buttons and keys. What happens to
// the view is decided in `view_frame`; a parent may hold it, so that two stages move as one.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { fit, pan, STEP, WHOLE, zoom, type Frame, type View } from "./view_frame.ts";
import { words } from "./words.ts";

interface PictureStageProps {
  source: string;
  /** What the picture shows, for those who do not see it. */
  label: string;
  view: View;
  setView: (change: (view: View) => View) => void;
  /** Told whenever the frame is laid out: keys of the page need it. */
  onFrame?: (frame: Frame) => void;
  /** A second picture over the first, from 0 (not seen) to 1. */
  over?: { source: string; strength: number };
  /** What is written on the picture. */
  children?: ComponentChildren;
}

const NO_FRAME: Frame = { width: 1, height: 1, fitWidth: 1, fitHeight: 1 };
/** One notch of a wheel is about 100: a tenth closer. */
const WHEEL = 1000;

export function PictureStage(props: PictureStageProps) {
  const { source, label, view, setView, onFrame, over, children } = props;
  const box = useRef<HTMLDivElement>(null);
  const frame = useRef(NO_FRAME);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const [natural, setNatural] = useState<{ width: number; height: number } | undefined>(undefined);

  useEffect(() => {
    const element = box.current;
    if (element === null || natural === undefined) return;
    const measure = () => {
      frame.current = fit(element.clientWidth, element.clientHeight, natural);
      onFrame?.(frame.current);
      // Holds the view inside the new frame.
      setView((before) => pan(before, 0, 0, frame.current));
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => watch.disconnect();
  }, [natural, onFrame, setView]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    // Not through the component: only a listener that is not passive may stop the page's scroll.
    const turn = (event: WheelEvent) => {
      event.preventDefault();
      const { x, y } = fromCentre(element, event);
      setView((before) => zoom(before, Math.exp(-event.deltaY / WHEEL), frame.current, x, y));
    };
    element.addEventListener("wheel", turn, { passive: false });
    return () => element.removeEventListener("wheel", turn);
  }, [setView]);

  const press = (event: PointerEvent) => {
    box.current?.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };
  const move = (event: PointerEvent) => {
    const element = box.current;
    const before = pointers.current.get(event.pointerId);
    if (before === undefined || element === null) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, now);
    if (other === undefined) {
      setView((view) => pan(view, now.x - before.x, now.y - before.y, frame.current));
      return;
    }
    const factor = distance(now, other) / Math.max(1, distance(before, other));
    const middle = { clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 };
    const { x, y } = fromCentre(element, middle);
    setView((view) => zoom(view, factor, frame.current, x, y));
  };
  const lift = (event: PointerEvent) => {
    pointers.current.delete(event.pointerId);
  };

  const transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
  return (
    <div
      class={`stage ${view.scale > 1 ? "stage--zoomed" : ""}`}
      ref={box}
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={lift}
      onPointerCancel={lift}
      onDblClick={(event) => {
        const { x, y } = fromCentre(event.currentTarget, event);
        setView((before) =>
          before.scale > 1 ? WHOLE : zoom(before, STEP * STEP, frame.current, x, y),
        );
      }}
    >
      <img
        class="stage__picture"
        src={source}
        alt={label}
        draggable={false}
        style={{ transform }}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
          setNatural({ width: naturalWidth, height: naturalHeight })
        }
      />
      {over && (
        <img
          class="stage__picture stage__picture--over"
          src={over.source}
          alt=""
          draggable={false}
          style={{ transform, opacity: over.strength }}
        />
      )}
      {children && <div class="stage__on">{children}</div>}
    </div>
  );
}

interface StageToolsProps {
  /** Which picture, where there are two with tools of their own. */
  of?: string;
  view: View;
  frame: Frame;
  setView: (change: (view: View) => View) => void;
}

/** Everything that wheel, pinch and drag do, as buttons. */
export function StageTools({ of, view, frame, setView }: StageToolsProps) {
  const said = words.picture;
  const far = Math.min(frame.width, frame.height) / 5;
  const moves: readonly { name: string; sign: string; dx: number; dy: number }[] = [
    { name: said.panLeft, sign: "←", dx: far, dy: 0 },
    { name: said.panUp, sign: "↑", dx: 0, dy: far },
    { name: said.panDown, sign: "↓", dx: 0, dy: -far },
    { name: said.panRight, sign: "→", dx: -far, dy: 0 },
  ];
  return (
    <div class="tools" role="group" aria-label={of === undefined ? said.tools : said.toolsOf(of)}>
      {of !== undefined && <span aria-hidden="true">{of}</span>}
      <Tool name={said.zoomOut} sign="−" act={() => setView((v) => zoom(v, 1 / STEP, frame))} />
      <span class="tools__zoom" role="status">
        <span class="nhsuk-u-visually-hidden">{said.zoomedTo(Math.round(view.scale * 100))}</span>
        <span aria-hidden="true">{Math.round(view.scale * 100)} %</span>
      </span>
      <Tool name={said.zoomIn} sign="+" act={() => setView((v) => zoom(v, STEP, frame))} />
      {view.scale > 1 && (
        <>
          <Tool name={said.whole} sign="⤢" act={() => setView(() => WHOLE)} />
          {moves.map(({ name, sign, dx, dy }) => (
            <Tool
              key={name}
              name={name}
              sign={sign}
              act={() => setView((v) => pan(v, dx, dy, frame))}
            />
          ))}
        </>
      )}
    </div>
  );
}

function Tool({ name, sign, act }: { name: string; sign: string; act: () => void }) {
  return (
    <button type="button" class="tools__tool" aria-label={name} title={name} onClick={act}>
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}

function fromCentre(element: Element, point: { clientX: number; clientY: number }) {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: point.clientX - left - width / 2, y: point.clientY - top - height / 2 };
}

function distance(one: { x: number; y: number }, other: { x: number; y: number }): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
