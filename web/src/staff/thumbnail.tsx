// A small picture that is fetched when it comes into sight and not before. Blurred where somebody
// could look over a shoulder; one of an intimate area stays so until it is opened.
import { useEffect, useRef, useState } from "preact/hooks";
import { fetchPicture } from "./picture_bytes.ts";
import { words } from "./words.ts";

export type Mask = "none" | "until-pointed-at" | "until-opened";

interface ThumbnailProps {
  url: string;
  mask: Mask;
  /** The read URL has ended. */
  onEnded: () => void;
  /** Fetches it even out of sight: before a print. */
  eager?: boolean;
}

const MASK_WORDS: Record<Mask, string> = {
  none: "",
  "until-pointed-at": words.inbox.masked,
  "until-opened": words.inbox.maskedIntimate,
};

export function Thumbnail({ url, mask, onEnded, eager = false }: ThumbnailProps) {
  const frame = useRef<HTMLSpanElement>(null);
  const [isSeen, setSeen] = useState(false);
  const [source, setSource] = useState<string | undefined>(undefined);
  const ended = useRef(onEnded);
  ended.current = onEnded;

  useEffect(() => {
    const box = frame.current;
    if (box === null) return;
    const watch = new IntersectionObserver(
      (entries) => setSeen((before) => before || entries.some((entry) => entry.isIntersecting)),
      { rootMargin: "100px" },
    );
    watch.observe(box);
    return () => watch.disconnect();
  }, []);

  useEffect(() => {
    if (source !== undefined || !(isSeen || eager)) return;
    const stop = new AbortController();
    void fetchPicture(url, stop.signal).then((fetched) => {
      if (stop.signal.aborted) return;
      if (fetched.is === "here") setSource(URL.createObjectURL(fetched.bytes));
      if (fetched.is === "url-ended") ended.current();
    });
    return () => stop.abort();
  }, [url, isSeen, eager, source]);

  useEffect(() => {
    if (source === undefined) return;
    return () => URL.revokeObjectURL(source);
  }, [source]);

  return (
    <span class={`thumbnail thumbnail--${mask}`} ref={frame} title={MASK_WORDS[mask] || undefined}>
      {source !== undefined && <img src={source} alt="" draggable={false} />}
    </span>
  );
}
