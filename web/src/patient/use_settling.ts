// A page that has just come takes no taps for a moment: the second tap of a double tap was meant for the
// page before, and would answer a question that nobody has read.
import { useEffect, useState } from "preact/hooks";

/** Milliseconds; a double tap is over by then, and nobody has read a page. */
export const SETTLING = 700;

/** True until `page` has been there for a moment. */
export function useSettling(page: string): boolean {
  const [settled, setSettled] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setSettled(page), SETTLING);
    return () => clearTimeout(timer);
  }, [page]);
  return settled !== page;
}
