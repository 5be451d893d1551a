// Page 1, who is asking. Whoever holds the phone may be someone else: nothing here says why, what
// part of the body, or the whole name.
import { Button } from "nhsuk-react-components";
import { useState } from "preact/hooks";
import type { Holder, LinkOpened } from "./journey.ts";
import { WithPhones } from "../surface/with_phones.tsx";
import { Page } from "./page.tsx";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export interface OpenLinkProps {
  link: LinkOpened;
  goOn: (holder: Holder) => Promise<void>;
  notForMe: () => void;
}

/** A day as people say it, where the organisation is. */
export function dayOf(moment: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "long",
    day: "numeric",
    month: "long",
    timeZone: "Europe/London",
  }).format(new Date(moment));
}

/** The day to the end of which the link opens, or the hour where that is what counts. */
export function endOf({ expiresAt, lastDay }: Pick<LinkOpened, "expiresAt" | "lastDay">): string {
  // Noon is on that day in London at any time of the year.
  if (typeof lastDay === "string") return dayOf(`${lastDay}T12:00:00Z`);
  const time = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: "Europe/London",
  });
  return words.openLink.atTime(time.format(new Date(expiresAt)), dayOf(expiresAt));
}

export function OpenLinkPage({ link, goOn, notForMe }: OpenLinkProps) {
  const [isWaiting, setWaiting] = useState(false);
  const { controller, maskedName, photos, team, phone, pausedSecondsLeft } = link;
  const { openLink } = words;
  const goOnAs = async (holder: Holder) => {
    setWaiting(true);
    await goOn(holder);
    setWaiting(false);
  };
  const heading =
    team === undefined || team === null
      ? openLink.title(controller, maskedName, photos)
      : openLink.titleWithTeam(team, controller, maskedName, photos);
  return (
    <Page title={openLink.pageTitle} heading={heading}>
      <p>{openLink.until(endOf(link))}</p>
      {typeof pausedSecondsLeft === "number" && (
        <p>{openLink.paused(Math.ceil(pausedSecondsLeft / 60))}</p>
      )}
      <div class="choices">
        <Button type="button" onClick={() => goOnAs("patient")}>
          {openLink.iAm(maskedName)}
        </Button>
        <Button type="button" secondary onClick={() => goOnAs("helper")}>
          {openLink.iHelp(maskedName)}
        </Button>
        <Button type="button" secondary onClick={notForMe}>
          {openLink.notForMe}
        </Button>
      </div>
      {isWaiting && <Waiting for={words.waiting.fetching} />}
      <p>
        <strong>{openLink.isItUs}</strong> <WithPhones phone={phone}>{openLink.askUs(phone)}</WithPhones>{" "}
        {openLink.neverMoney}
      </p>
    </Page>
  );
}
