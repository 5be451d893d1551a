// Inbox: what my teams have not dealt with yet, oldest first. A nurse has forty seconds: pictures
// first, one line each, and every step under a key.
import { Button } from "nhsuk-react-components";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Done, useFinishing } from "./finishing.ts";
import { InboxKeys } from "./inbox_keys.tsx";
import { InboxRow } from "./inbox_row.tsx";
import { afterInbox, neighbourRow, openInbox, UNTOUCHED, type InboxEvent } from "./inbox_state.ts";
import { lastOf, useLoading } from "./loading.ts";
import { PageHeading } from "./page_heading.tsx";
import { useSingleKeys } from "./single_keys.ts";
import type { DoneTask, Inbox, InboxEntry } from "./staff_api.ts";
import { useStaff } from "./staff_context.ts";
import { UndoDone } from "./task_done.tsx";
import { clockTime, dayAndTime } from "./time_words.ts";
import { Trouble, troubleWords, Waiting } from "./waiting.tsx";
import type { WaitingPicture } from "./waiting_pictures.ts";
import { words } from "./words.ts";

/** Coming back to the window after this long asks again. */
const STALE = 5 * 60_000;

export function ListInbox() {
  const { call, now, rememberWaiting, keys } = useStaff();
  const checkedAt = useRef(0);
  const { state, reload } = useLoading("inbox", () => call("get", "/api/inbox"));
  const [work, setWork] = useState(UNTOUCHED);
  const first = lastOf(state);
  const inbox = first && openInbox(first, work);

  useEffect(() => {
    if (state.is !== "shown") return;
    checkedAt.current = now();
    setWork((before) => afterInbox(before, { told: "list-is-new" }));
    rememberWaiting(pictures(state.value));
  }, [state, now, rememberWaiting]);

  useEffect(() => {
    const comeBack = () => {
      if (document.visibilityState === "visible" && now() - checkedAt.current > STALE)
        void reload();
    };
    document.addEventListener("visibilitychange", comeBack);
    return () => document.removeEventListener("visibilitychange", comeBack);
  }, [now, reload]);

  const tell = (event: InboxEvent) => setWork((before) => afterInbox(before, event));
  const finish = async ({ row: { row }, said: body }: Done) => {
    tell({ told: "mark", row });
    const answer = await call("post", "/api/inbox/{row}/done", { path: { row }, body });
    // Gone already is as good: somebody of the team was quicker.
    const isGone = answer.kind === "refused" && answer.problem.status === 404;
    if (answer.kind === "done" || isGone) tell({ told: "marked", row });
    else tell({ told: "refused", row, why: answer });
  };

  const showMore = async (team: string, after: string) => {
    tell({ told: "more-asked", team });
    const answer = await call("get", "/api/inbox", { query: { team, after } });
    if (answer.kind === "done") tell({ told: "more-came", page: answer.body });
    else tell({ told: "more-refused", why: answer });
  };

  const { done, mark, undo } = useFinishing((said) => void finish(said));
  const [askedRow, ask] = useState<string | undefined>(undefined);
  const markDone = (row: InboxEntry, said: DoneTask) => {
    const next = neighbourRow(rows, row.row, 1);
    focusRow(next === row.row ? neighbourRow(rows, row.row, -1) : next);
    ask(undefined);
    mark({ row, said });
  };
  const marking = work.finishing.is === "marking" ? work.finishing.row : undefined;
  const isOpen = ({ row }: InboxEntry) => row !== done?.row.row && row !== marking;
  const rows = inbox?.rows.filter(isOpen) ?? [];
  const reviewedAt = inbox && lastReview(inbox);
  const [keysShown, showKeys] = useState(false);
  useSingleKeys(keys.on, {
    j: () => focusRow(neighbourRow(rows, focusedRow(), 1)),
    k: () => focusRow(neighbourRow(rows, focusedRow(), -1)),
    d: () => {
      const row = rows.find((one) => one.row === focusedRow());
      if (row !== undefined && row.kind !== "item") ask(row.row);
    },
    r: () => void reload(),
    "?": () => showKeys((before) => !before),
  });

  return (
    <>
      <PageHeading aside={<InboxKeys shown={keysShown} show={showKeys} />}>
        {words.inbox.title}
      </PageHeading>
      {state.is === "failed" && <Trouble why={state.why} again={() => void reload()} />}
      {state.is === "waiting" && <Waiting what={words.waiting.inbox} again={() => void reload()} />}
      {inbox !== undefined && (
        <>
          <ul class="inbox__teams" aria-label={words.inbox.counts}>
            {inbox.teams.map((team) => (
              <li key={team.team}>{words.inbox.team(team.name, team.waiting, !!team.next)}</li>
            ))}
          </ul>
          <UndoDone done={done} undo={undo} />
          {rows.length === 0 ? (
            <p class="inbox__empty">
              {words.inbox.empty}{" "}
              {reviewedAt !== undefined && words.inbox.reviewed(dayAndTime(reviewedAt, now()))}
            </p>
          ) : (
            <ol class="inbox" aria-label={words.inbox.list}>
              {rows.map((row) => (
                <InboxRow
                  key={row.row}
                  row={row}
                  teamName={inbox.teams.length > 1 ? teamName(inbox, row) : undefined}
                  finishing={work.finishing}
                  asked={askedRow === row.row}
                  ask={(asked) => ask(asked ? row.row : undefined)}
                  finish={(said) => markDone(row, said)}
                  onThumbnailEnded={() => void reload()}
                />
              ))}
            </ol>
          )}
          {inbox.teams.map(({ team, name, next }) =>
            next ? (
              <Button key={team} small secondary onClick={() => void showMore(team, next)}>
                {work.more.is === "asking" && work.more.team === team
                  ? words.waiting.for(words.waiting.inbox)
                  : words.inbox.more(name)}
              </Button>
            ) : null,
          )}
          {work.more.is === "refused" && <p role="alert">{troubleWords(work.more.why).detail}</p>}
          <p class="inbox__checked">
            {words.inbox.checkedAt(clockTime(checkedAt.current || now()))}{" "}
            <Button small secondary onClick={() => void reload()}>
              {words.inbox.checkAgain}
            </Button>
          </p>
        </>
      )}
    </>
  );
}

function teamName(inbox: Inbox, row: InboxEntry): string | undefined {
  return inbox.teams.find((team) => team.team === row.team)?.name;
}

/** The latest look of any of these teams at a picture that was new to it. */
function lastReview({ teams }: Inbox): number | undefined {
  const looks = teams.flatMap(({ lastReviewedAt: at }) => (at == null ? [] : [Date.parse(at)]));
  return looks.length === 0 ? undefined : Math.max(...looks);
}

function pictures(inbox: Inbox): WaitingPicture[] {
  return inbox.rows.flatMap(({ kind, patient, item }) =>
    kind === "item" && patient && item ? [{ patient: patient.patient, item }] : [],
  );
}

/** The row that has the focus, wherever in it. */
function focusedRow(): string | undefined {
  const row = document.activeElement?.closest<HTMLElement>("[data-row]");
  return row?.dataset["row"];
}

function focusRow(row: string | undefined): void {
  if (row === undefined) return;
  const line = document.querySelector(`[data-row="${CSS.escape(row)}"]`);
  const found = line?.querySelector<HTMLElement>("a, button");
  found?.focus();
  found?.scrollIntoView({ block: "nearest" });
}
