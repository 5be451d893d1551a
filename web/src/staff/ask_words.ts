// The part of the catalogue about asking: by text, in the room, and handing the link over.
import { counted } from "./time_words.ts";

export const ASK_WORDS = {
  ask: {
    title: "Ask for photos",
    back: "Back to the patient",
    team: "For which team?",
    purpose: "Why do you need the photos?",
    purposeHint:
      "The patient reads this after they have shown who they are. For example: to see how your knee heals. Up to 200 characters.",
    place: "Which part of the body?",
    placeHint:
      "Left and right are the patient's own: their left hand is on your right when they face you.",
    placeList: "Part of the body",
    placeListHint: "Choose on the figure or from this list.",
    placeChoose: "Choose a part",
    figure: "Figure to choose from",
    views: "Which view of the figure?",
    viewNames: {
      front: "Front",
      back: "Back",
      left: "Left side",
      right: "Right side",
      head: "Head",
    },
    chosen: (place: string) => `Chosen: ${place}`,
    noneChosen: "Nothing chosen yet",
    sideToChoose: (part: string) => `Chosen: ${part}. Now choose the side.`,
    side: "Which side?",
    sideHint: "The patient's own left or right, as they stand and look at you.",
    left: "Left",
    right: "Right",
    both: "Both sides",
    photos: "How many photos?",
    days: "How long does the link work?",
    daysChoice: (days: number, until: string) => `${counted(days, "day")}, until ${until}`,
    note: "A word to the patient",
    noteHint: "Shown beside the request, not in the text message. Up to 500 characters.",
    noteHintHere: "Shown beside the request. Up to 500 characters.",
    digits: "Last three digits of the patient's mobile",
    digitsHint:
      "Ask the patient to say them. They must match the number on the record, so that nobody else gets the link.",
    digitsWrong:
      "These are not the last three digits of the number on the record. Ask the patient for their number, and correct the details if it has changed",
    text: "The text message",
    textLength: (length: number, most: number) =>
      `${length} of ${most} characters: ${length <= most ? "one text" : "more than one text"}`,
    textCode: "The link's own code takes the place of the dots.",
    button: "Send the text",
    sending: "Sending…",
    sent: (digits: string) => `The text is on its way to the number ending ${digits}.`,
    unreachable: "No answer came. Press “Send the text” again: the same request is not sent twice.",
    purposeEmpty: "Say why you need the photos",
    placeEmpty: "Choose a part of the body",
    sideEmpty: "Choose left, right or both: this part of the body has two sides",
    numberDisputedTitle: "Texts to this patient are stopped",
    numberDisputed:
      "Somebody with the mobile number on the record said that the message was not for them. Check the number with the patient first.",
    numberDisputedAction: "Check and confirm the number",
    noNumberTitle: "There is no mobile number to text",
    noNumber: "The record has none. Add one, or take the photos now with the patient in the room.",
    noNumberAction: "Add a mobile number",
    noNumberHere: "Take photos now",
    intimate: "This is an intimate area",
    intimateHelp: "Tick each once it is done. Your answers are saved as a note.",
    intimateQuestions: [
      "A picture is needed for this decision, and words would not do",
      "I told the patient why, and who will see the pictures",
      "I offered to see the patient in person, with a chaperone if they wish",
    ] as readonly string[],
    intimateMissing: "Tick each line once it is done, or see the patient in person",
    intimateNote: (place: string) =>
      `Before asking for photos of the ${place}: a picture is needed and words would not do; the patient was told why and who will see the pictures; they were offered to be seen in person, with a chaperone if they wish.`,
    intimateNoteFailed:
      "The text is on its way, but your answers about the intimate area were not saved. Write them as a note.",
    childIntimate: "Photos of an intimate area of somebody under 18 cannot be asked for here",
    childIntimateHelp:
      "See the patient in person, with a parent or carer and a chaperone, and follow your organisation's safeguarding policy. Nothing was sent.",
  },
  here: {
    title: "Take photos now",
    intro:
      "For a patient who is with you. Nothing is texted. The patient confirms who they are and agrees, then the photos are taken.",
    button: "Make the link",
    sending: "Making the link…",
    unreachable:
      "No answer came. Press “Make the link” again: the same request is not made twice.",
    intimateNoteFailed:
      "The link is made, but your answers about the intimate area were not saved. Write them as a note.",
  },
  handOver: {
    title: "Hand over",
    scan: "Point the camera of the phone or tablet that takes the photos at this code.",
    code: "QR code of the link. The same link stands below in letters.",
    drawing: "Drawing the code…",
    notDrawn: "The code could not be drawn. Use the link below.",
    next: "On that device",
    steps: [
      "The patient enters their last name and date of birth.",
      "The patient reads what happens to the photos, and agrees or not.",
      "The camera opens. You may hold it for them.",
      "Send the photos. They appear in the timeline here.",
    ] as readonly string[],
    until: (time: string) =>
      `The link works until ${time}, and is shown only now. When you leave this page it is forgotten here; you can always make another.`,
    thisDevice: "Open on this device",
    newTab: "(opens in a new tab)",
    stay: "You stay signed in on this device. Stay beside the patient until the photos are sent, then close that tab.",
    letters: "The link in letters",
    lettersHint: "To type it. Capital or small letters are the same.",
    goneTitle: "This link is no longer shown",
    gone: "The request was made, but its link has been replaced since. Make another, or text one from the patient's page.",
    done: "Back to the patient",
  },
};
