// Every word that a patient reads, in one place: another language is another file of this shape.
// Short words, short sentences: a test counts the reading age of all of them, which stays at 11 or
// below. What the functions say in `detail` is theirs to word (capture_problems.rs).
import type { Operator } from "../api/settings.ts";
import { dateWords } from "../surface/typed_date/date_words.ts";

const photos = (count: number) => (count === 1 ? "1 photo" : `${count} photos`);

export const words = {
  service: "Send photos",
  error: "Error",
  shell: {
    skipToContent: "Skip to the main part of the page",
    privacy: "How we look after your data",
    controllerPrivacy: (controller: string) => `How ${controller} looks after your data`,
    runBy: ({ name, address, contact }: Operator) =>
      `This service is run by ${name}, ${address}. Contact: ${contact}`,
    product: "Aftersight",
    opensInNewTab: "(opens in a new tab)",
  },

  back: "Back",
  goOn: "Continue",
  tryAgain: "Try again",
  phone: (controller: string, phone: string) => `Phone ${controller} on ${phone}`,
  helpBy: (phone: string) => `If you need help, or want to send photos in another way: ${phone}.`,
  problem: "There is a problem",

  waiting: {
    opening: "Opening your link",
    checking: "Checking your answer",
    saving: "Saving your choice",
    fetching: "Getting the next page",
    closing: "Closing this request",
    removing: "Taking the photo out",
    sendingLink: "Asking for a new link",
    slow: "This takes longer than it should. Stay where your signal is good. You can also close this page and open the link again. Nothing gets lost.",
  },
  unreachable: {
    title: "No signal",
    body: "We could not reach the service. Your phone may have no signal. Go where the signal is good, then try again.",
    short: "No answer came. Your phone may have no signal. Try again.",
  },
  cookies: {
    title: "Your browser does not let us go on",
    why: "Your answers are right. But this browser blocks cookies, so it forgets your answers at once. A cookie is a small note that tells us that it is still you. We need it for 30 minutes. Nothing was sent.",
    youCan: "You can do one of these:",
    otherBrowser:
      "Open the link in the text message in another browser, such as Safari or Chrome. If this page opened inside another app, look in its menu for \"Open in browser\".",
    allowApple:
      "Allow cookies: open Settings, then Apps, then Safari, then Advanced. Switch off \"Block All Cookies\". Then try again.",
    allowOther:
      "Allow cookies: open the menu of your browser, then Settings, then Site settings. Allow cookies for this site. Then try again.",
  },
  unexpected: "Something went wrong on our side. Nothing was lost. Try again in a minute.",

  openLink: {
    title: (controller: string, name: string, count: number) =>
      `${controller} has asked ${name} for ${photos(count)}`,
    titleWithTeam: (team: string, controller: string, name: string, count: number) =>
      `${team} at ${controller} has asked ${name} for ${photos(count)}`,
    pageTitle: "Who is asking",
    until: (day: string) => `You can use this link until ${day}.`,
    atTime: (time: string, day: string) => `${time} on ${day}`,
    minutes: "It takes about 5 minutes.",
    isItUs: "Is this really us?",
    askUs: (phone: string) => `Phone ${phone} and ask.`,
    neverMoney: "We never ask for money or passwords.",
    notForMe: "This is not for me",
    paused: (minutes: number) =>
      `There were too many wrong answers. You can go on in ${minutes === 1 ? "1 minute" : `${minutes} minutes`}.`,
  },
  declineLink: {
    title: "Is this not for you?",
    body: "We will close this link and tell the team. We will not text this number again about it.",
    careGoesOn: "If you are the patient, you will still get care. Phone the team if you have questions.",
    confirm: "Yes, close this link",
    goBack: "No, go back",
    doneTitle: "This link is closed",
    done: (textsStopped: boolean) =>
      `Thank you for telling us. The team knows${textsStopped ? ", and nobody will text this number again until they have checked it" : ""}. No photos were kept. You can close this page. If you have questions:`,
  },
  stopped: {
    renew: "Send me a new link",
    renewedTitle: "A new link is on its way",
    renewed: "You will get a text message in a few minutes. Open the link in that text. The old link no longer works. You can close this page.",
    noLinkTitle: "Open the link in your text message",
    noLink: "To send photos, open the link in the text message that you got. If that does not work, phone the hospital or clinic that sent it.",
    insecureTitle: "This page is not safe to use",
    insecure: "The address must start with https. Open the link again.",
  },

  identity: {
    title: "Confirm who the patient is",
    why: "We ask so that photos go to the right person.",
    familyName: "The patient's last name",
    familyNameHint: "Or their only name.",
    dateOfBirth: "The patient's date of birth",
    dateHint: "For example, 27 3 1958. Use the patient's date, not yours, if you help someone.",
    day: "Day",
    month: "Month",
    year: "Year",
    enterName: "Enter the patient's last name",
    enterDate: "Enter the patient's date of birth",
    date: dateWords,
    noMatchTitle: "That does not match",
    checking: "Checking",
  },

  consent: {
    title: "Your choice",
    intro: (controller: string) => `${controller} asks if you agree to send photos.`,
    lines: (team: string) => [
      "We keep the photos and your notes in your record.",
      `Only the ${team} and an expert they choose can see them.`,
      "We keep them for up to 8 years after you were last seen.",
      "We take out hidden facts, such as where you were.",
      "You can change your mind at any time.",
    ],
    whole: "Read all that you agree to",
    notices: "How your data is looked after:",
    who: "I am",
    patient: "the patient",
    carer: "their parent or carer",
    carerName: "Your name",
    carerRelation: "Who you are to the patient",
    carerRelationHint: "For example, mother or carer",
    question: "Do you agree?",
    yes: "Yes, I agree",
    no: "No, I don't agree",
    noHint: "You will still get care.",
    chooseWho: "Choose who you are",
    chooseAnswer: "Choose yes or no",
    enterName: "Enter your name",
    enterRelation: "Say who you are to the patient",
    agreedAlready: "You said yes. You can go on, or take your yes back.",
    noTitle: "You chose not to send photos",
  },
  withdraw: {
    link: "Change your mind",
    title: "Take back your yes",
    body: "We will close this request and tell the team. Photos that have not reached your record yet will be deleted. You will still get care.",
    askDelete: "For photos that the team has already, ask the team to delete them.",
    confirm: "Take back my yes",
    keep: "Keep my yes",
    doneTitle: "You have taken back your yes",
  },

  ready: {
    title: (part: string, count: number) => `Get ready to take ${photos(count)}: ${part}`,
    pageTitle: "Get ready",
    figure: (part: string) => `A drawing of the body. The area to show is marked: ${part}.`,
    figureWithout: (view: string) => `A drawing of the body. Nothing is marked here: ${view}.`,
    front: "Front",
    behind: "Back",
    side: "Side",
    yourSide: "Left and right are the patient's own left and right.",
    reason: "Why we ask",
    note: "A word from the team",
    tips: "For a good photo",
    intimate:
      "This is a private part of the body. You do not have to send a photo. You can ask to be seen in person instead. Phone the team and say so.",
    emergency: "This is not for emergencies",
    lookedAt: (when: string) => `Someone will look ${when}.`,
    start: "Open the camera",
    choose: "Choose a photo instead",
    allow: "Your phone may ask if it can use the camera. Choose Allow.",
    notKept: "The camera on this page keeps nothing on your phone.",
  },
  camera: {
    title: "Take a photo",
    live: "What the camera sees",
    starting: "Starting the camera",
    shutter: "Take the photo",
    flip: "Use the other camera",
    lightOn: "Turn the light on",
    lightOff: "Turn the light off",
    lightFailed: "The light of this camera does not work here. Go where it is bright.",
    which: (number: number, of: number) => `Camera ${number} of ${of}`,
    stopped: {
      ended: "The camera has stopped. There may be a call, or another app may use it.",
      muted: "The camera shows no picture now. There may be a call, or another app may use it.",
      hidden: "The camera was off while you could not see this page.",
      still: "The picture from the camera stands still.",
    },
    missed: "No photo was taken, because the picture stood still. Take it again.",
    opensAgain: "It opens again by itself. Then you can take your photo.",
    choose: "Choose a photo instead",
    close: "Close the camera",
    guide: (number: number, of: number) => `Photo ${number} of ${of}`,
    refusedTitle: "The camera is switched off for this page",
    refusedApple: "On an iPhone or iPad: open Settings, then the name of your browser, then Camera. Choose Allow. Then open the link again.",
    refusedOther: "Tap the lock or the camera sign beside the address of this page. Allow the camera. Then try again.",
    missingTitle: "We cannot find a camera",
    missing: "This phone or browser does not let the page use a camera. If you opened the link inside another app, open it in your usual browser.",
    busyTitle: "The camera is in use",
    busy: "Close other apps that use the camera. Then try again.",
    otherWay: "You can also use your phone's own camera or a photo that you have. Your phone may keep a copy of those.",
    phoneCamera: "Use the phone's own camera",
  },
  check: {
    title: "Is the photo good?",
    alt: "The photo you are about to use",
    ask: "Can you see the whole area? Is it sharp and bright?",
    use: "Use this photo",
    again: "Take it again",
    chooseOther: "Choose another photo",
    dark: "The photo looks dark. More light may help.",
    blurred: "The photo may be blurred. Hold still, or hold the phone a bit further away.",
  },
  file: {
    reading: "Reading the photo",
    otherKind: (kind: string) =>
      `This photo is ${kind}, which we cannot use. Open it, take a screenshot of it, and choose the screenshot. Or take a new photo with the camera on this page.`,
    video:
      "This is a video, which we cannot use. Stop it where it shows best, take a screenshot, and choose the screenshot. Or take a new photo with the camera on this page.",
    notAPicture: "This file is not a JPG or PNG photo. Choose another, or take one with the camera on this page.",
    tooLarge: "This photo is larger than 25 MB. Take it with the camera on this page.",
    empty: "This photo is empty. Choose it again, or take one with the camera on this page.",
    unreadable: "Your phone did not let us read this photo. Choose it again, or take one with the camera on this page.",
    same: "You have added this photo already.",
    tooMany: (places: number) => `There was room for ${photos(places)}. We added the first.`,
  },
  photos: {
    title: "Your photos",
    item: (number: number) => `Photo ${number}`,
    alt: (number: number) => `Photo ${number}, not sent yet`,
    notSent: "Not sent yet",
    arrived: "Sent, and safe with the team",
    arrivedNoPicture: "This photo has arrived. It is no longer on this phone, so we cannot show it.",
    remove: (number: number) => `Remove photo ${number}`,
    removeShort: "Remove",
    removed: (number: number) => `Photo ${number} was taken out.`,
    add: "Take another photo",
    choose: "Choose a photo instead",
    asked: (asked: number, have: number) =>
      have >= asked
        ? `You have ${asked === 1 ? "the 1 photo that was" : `all ${asked} photos that were`} asked for.`
        : `You were asked for ${photos(asked)} and have ${have}. You can send fewer.`,
    lost: (count: number) =>
      count === 1
        ? "1 photo was not sent, because the page was closed or loaded again. Take or choose it again."
        : `${count} photos were not sent, because the page was closed or loaded again. Take or choose them again.`,
    keepOpen: "Photos that are not sent yet are only on this page. Closing it deletes them.",
    nothingYet: "There are no photos yet. Take or choose one.",
    note: "Anything the team should know? (optional)",
    noteHint: "Up to 500 letters. For example, when it began or if it hurts.",
    noteTooLong: "Keep your note to 500 letters",
    send: (count: number) => `Send ${photos(count)}`,
    finish: "Send what has arrived",
  },
  sending: {
    title: (count: number) => `Sending ${photos(count)}`,
    keepOpen: (count: number) =>
      `Keep this page open until ${count === 1 ? "the photo is" : "all photos are"} sent.`,
    waiting: "Waiting its turn",
    percent: (percent: number) => `${percent}% sent`,
    noSignal: "Waiting for signal. Keep this page open. We carry on by ourselves.",
    noSignalLong: "Still no signal. Go near a window or where there is Wi-Fi. You can leave this page open and use it again later today.",
    stop: "Stop and go back to your photos",
    arrived: "Sent",
    refused: "Not sent",
    finishing: "Telling the team",
    announce: (done: number, of: number) => `${done} of ${photos(of)} sent`,
  },
  sent: {
    pageTitle: "Sent",
    title: (team: string) => `Sent to ${team}`,
    has: (team: string, count: number) => `${team} has your ${count === 1 ? "photo" : photos(count)}.`,
    beingChecked: (count: number) =>
      `${photos(count)} arrived and ${count === 1 ? "is" : "are"} being checked. This page tells you when the team has ${count === 1 ? "it" : "them"}.`,
    next: "What happens next",
    lookedAt: (when: string) => `Someone from the team will look ${when}.`,
    worse: "If it gets worse",
    nothingKept: "Nothing is kept on this phone. You can close this page.",
    mayBeKept: "This page keeps nothing on this phone. Photos that you chose from your phone are still where they were. You can close this page.",
    mind: "You can change your mind at any time. Take back your yes here while this page is open, or phone the team.",
    refusedTitle: (count: number) =>
      count === 1 ? "1 photo could not be used" : `${photos(count)} could not be used`,
    again: "Take it again",
    delete: "To ask us to delete photos or to see what we hold, read how we look after your data, or phone the team.",
  },

  session: {
    soon: "For your safety this page will ask who you are again in 2 minutes. Do you need more time?",
    stay: "I need more time",
    stayed: "You have more time now.",
    cannotStay: "This link is at its end. Send your photos now.",
    endedTitle: "Confirm who you are again",
    ended: "For your safety we ask again after a while. Photos that have arrived are safe.",
    endedKept: (count: number) =>
      `${photos(count)} on this page ${count === 1 ? "is" : "are"} kept while you do so. Do not close the page.`,
    again: "Confirm again",
  },
} as const;

export type Words = typeof words;
