// One line of the inbox: a picture to look at, or a task to do.
import { isIntimate } from "./intimate.ts";
import type { Finishing } from "./inbox_state.ts";
import { PageLink } from "./page_link.tsx";
import { ageInWords } from "./person_words.ts";
import { placeTitle } from "./place_words.ts";
import type { Route } from "./routes.ts";
import type { DoneTask, InboxEntry } from "./staff_api.ts";
import { useStaff } from "./staff_context.ts";
import { nameOf, TaskDone, taskWords } from "./task_done.tsx";
import { Thumbnail } from "./thumbnail.tsx";
import { dayAndTime, howLong } from "./time_words.ts";
import { words } from "./words.ts";

interface InboxRowProps {
  row: InboxEntry;
  teamName: string | undefined;
  finishing: Finishing;
  /** Whether this row is asked what was done. */
  asked: boolean;
  ask: (asked: boolean) => void;
  finish: (said: DoneTask) => void;
  onThumbnailEnded: () => void;
}

export function InboxRow(props: InboxRowProps) {
  const { row, teamName, finishing, asked, ask, finish, onThumbnailEnded } = props;
  const { now } = useStaff();
  const { patient, kind } = row;
  const name = nameOf(row);
  const place =
    row.bodySite && row.laterality
      ? placeTitle({ bodySite: row.bodySite, laterality: row.laterality })
      : undefined;
  const task = taskWords(row);
  const to = destination(row);
  const isTask = kind !== "item";
  const at = Date.parse(row.at);
  return (
    <li class={`inbox__row ${isTask ? "inbox__row--task" : ""}`} data-row={row.row}>
      {row.thumbnailUrl ? (
        <Thumbnail
          url={row.thumbnailUrl}
          mask={isIntimate(row.bodySite ?? "") ? "until-opened" : "until-pointed-at"}
          onEnded={onThumbnailEnded}
        />
      ) : (
        <span class="thumbnail thumbnail--empty" />
      )}
      <div class="inbox__who">
        <h2 class="inbox__name">{to === undefined ? name : <PageLink to={to}>{name}</PageLink>}</h2>
        {patient && <p>{ageInWords(patient.age)}</p>}
      </div>
      <div class="inbox__what">
        <p class="inbox__place">{isTask ? task : place}</p>
        {isTask && place && <p>{place}</p>}
        {isTask && <p>{words.inbox.taskHelp[kind]}</p>}
        {row.patientWords && (
          <p class="inbox__words">
            {words.inbox.ownWords(row.patientWords.replace(/\s+/g, " "))}
          </p>
        )}
        {row.askedByName && <p>{words.inbox.askedBy(row.askedByName)}</p>}
      </div>
      <div class="inbox__when">
        <p class="inbox__waits">{words.inbox.waits(howLong(at, now()))}</p>
        <p>{words.inbox.since(dayAndTime(at, now()))}</p>
        {teamName !== undefined && <p>{teamName}</p>}
      </div>
      {isTask && (
        <TaskDone {...{ row, finishing, asked, ask, finish }} />
      )}
    </li>
  );
}

/** A picture opens itself; a task opens the record, where it can be dealt with. */
function destination({ kind, patient, item }: InboxEntry): Route | undefined {
  if (!patient) return undefined;
  if (kind === "item" && item) return { page: "view-item", patient: patient.patient, item };
  return { page: "show-patient", patient: patient.patient, by: "body-part" };
}
