// One line of the inbox: a picture to look at, or a task to do.
import { Button } from "nhsuk-react-components";
import { isIntimate } from "./intimate.ts";
import type { Finishing } from "./inbox_state.ts";
import { PageLink } from "./page_link.tsx";
import { ageInWords, fullName } from "./person_words.ts";
import { placeTitle } from "./place_words.ts";
import type { Route } from "./routes.ts";
import type { InboxEntry } from "./staff_api.ts";
import { useStaff } from "./staff_context.ts";
import { Thumbnail } from "./thumbnail.tsx";
import { dayAndTime, howLong } from "./time_words.ts";
import { troubleWords } from "./waiting.tsx";
import { words } from "./words.ts";

interface InboxRowProps {
  row: InboxEntry;
  teamName: string | undefined;
  finishing: Finishing;
  finish: () => void;
  onThumbnailEnded: () => void;
}

export function InboxRow({ row, teamName, finishing, finish, onThumbnailEnded }: InboxRowProps) {
  const { now } = useStaff();
  const { patient, kind } = row;
  const name = patient ? fullName(patient) : words.inbox.someTask;
  const place =
    row.bodySite && row.laterality
      ? placeTitle({ bodySite: row.bodySite, laterality: row.laterality })
      : undefined;
  const task = words.inbox.task[kind] ?? kind;
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
        {row.askedByName && <p>{words.inbox.askedBy(row.askedByName)}</p>}
      </div>
      <div class="inbox__when">
        <p class="inbox__waits">{words.inbox.waits(howLong(at, now()))}</p>
        <p>{words.inbox.since(dayAndTime(at, now()))}</p>
        {teamName !== undefined && <p>{teamName}</p>}
      </div>
      {isTask && (
        <TaskDone row={row} task={task} name={name} finishing={finishing} finish={finish} />
      )}
    </li>
  );
}

interface TaskDoneProps {
  row: InboxEntry;
  task: string;
  name: string;
  finishing: Finishing;
  finish: () => void;
}

function TaskDone({ row, task, name, finishing, finish }: TaskDoneProps) {
  const isMarking = finishing.is === "marking" && finishing.row === row.row;
  return (
    <div class="inbox__done">
      <Button small secondary onClick={finish} aria-label={words.inbox.doneFor(task, name)}>
        {isMarking ? words.inbox.marking : words.inbox.done}
      </Button>
      {finishing.is === "not-marked" && finishing.row === row.row && (
        <p class="inbox__trouble" role="alert">
          {words.inbox.notDone} {troubleWords(finishing.why).detail}
        </p>
      )}
    </div>
  );
}

/** A picture opens itself; a task opens the record, where it can be dealt with. */
function destination({ kind, patient, item }: InboxEntry): Route | undefined {
  if (!patient) return undefined;
  if (kind === "item" && item) return { page: "view-item", patient: patient.patient, item };
  return { page: "show-patient", patient: patient.patient, by: "body-part" };
}
