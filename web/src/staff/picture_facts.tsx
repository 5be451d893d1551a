// Beside a picture: first what the patient wrote to it, never folded; then when and by whom, what was asked, notes, what it can be compared with, and why
// it is kept and until when. Says that the look is recorded.
import { isIntimate } from "./intimate.ts";
import { AddNote, NoteList } from "./add_note.tsx";
import { KeysSwitch } from "./inbox_keys.tsx";
import { fileSaysWords, sentByWords, takenWords } from "./item_words.ts";
import type { Looking } from "./looking_state.ts";
import { PageLink } from "./page_link.tsx";
import { usePatient } from "./patient_record.tsx";
import type { ItemShown } from "./staff_api.ts";
import { useStaff } from "./staff_context.ts";
import { Thumbnail } from "./thumbnail.tsx";
import { itemTime } from "./timeline.ts";
import { calendarDay, clockTime, dayAndTime, daysApart } from "./time_words.ts";
import { words } from "./words.ts";

interface PictureFactsProps {
  item: ItemShown;
  looking: Looking;
  others: readonly ItemShown[];
  previous: ItemShown | undefined;
}

export function PictureFacts({ item, looking, others, previous }: PictureFactsProps) {
  const { now } = useStaff();
  const { record } = usePatient();
  const said = words.picture;
  const request = record.requests.find((one) => one.request === item.request);
  const fileSays = fileSaysWords(item);
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    [
      said.taken,
      item.capturedAt ? dayAndTime(Date.parse(item.capturedAt), now()) : said.unknownDate,
    ],
    [said.arrived, dayAndTime(Date.parse(item.filedAt), now())],
    [said.by, sentByWords(item)],
    [said.how, said.sources[item.source]],
    [said.askedFor, request?.purpose],
    [said.askedBy, request?.askedBy],
  ];
  return (
    <div class="picture__facts">
      {request?.patientNote && (
        <section class="picture__words" aria-labelledby="own-words">
          <h2 class="nhsuk-heading-s" id="own-words">
            {said.ownWords}
          </h2>
          <p>{request.patientNote}</p>
        </section>
      )}
      <p class="picture__recorded">
        {looking.is === "here" ? said.recorded(clockTime(looking.lookedAt)) : said.recordedSoon}
      </p>
      {looking.is === "here" && looking.check === "differs" && (
        <p class="picture__altered" role="alert">
          {said.altered}
        </p>
      )}
      <dl class="facts">
        {facts.map(([name, value]) =>
          value == null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
        {fileSays && (
          <div>
            <dt>{said.file}</dt>
            <dd>{fileSays}</dd>
          </div>
        )}
        <div>
          <dt>{said.kept}</dt>
          <dd>
            {calendarDay(item.keptUntil)}
            <span class="picture__why">{said.keptWhy}</span>
          </dd>
        </div>
      </dl>
      {looking.is === "here" && looking.check === "matches" && (
        <p class="picture__small">{said.checked}</p>
      )}
      <h2 class="nhsuk-heading-s">{said.notes}</h2>
      <NoteList notes={record.notes.filter((note) => note.item === item.item)} />
      <AddNote item={item.item} team={item.team} />
      <Compare item={item} others={others} previous={previous} />
      <p class="picture__small">{said.keys}</p>
      <KeysSwitch />
    </div>
  );
}

function Compare({ item, others, previous }: Omit<PictureFactsProps, "looking">) {
  const { now } = useStaff();
  const { record, renewThumbnails } = usePatient();
  const { patient } = record;
  return (
    <>
      <h2 class="nhsuk-heading-s">{words.picture.compare}</h2>
      {previous && (
        <p class="compare-previous">
          <PageLink
            to={{
              page: "compare-items",
              patient,
              item: item.item,
              other: previous.item,
              how: "side-by-side",
            }}
          >
            {words.picture.comparePrevious(daysApart(itemTime(previous), itemTime(item)))}
          </PageLink>
        </p>
      )}
      {others.length === 0 && <p>{words.picture.compareNone}</p>}
      <ul class="compare-with">
        {others.map((other) => (
          <li key={other.item}>
            <PageLink
              class="timeline__link"
              to={{
                page: "compare-items",
                patient,
                item: item.item,
                other: other.item,
                how: "side-by-side",
              }}
            >
              <Thumbnail
                url={other.thumbnailUrl}
                mask={isIntimate(other.bodySite) ? "until-opened" : "none"}
                onEnded={renewThumbnails}
              />
              <span class="timeline__when">
                {takenWords(other, now())}, {daysApart(itemTime(other), itemTime(item))}
              </span>
            </PageLink>
          </li>
        ))}
      </ul>
    </>
  );
}
