// Times in the reader's own zone; what the server wrote, in UTC, is their title.
const day = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
const toMinute = new Intl.DateTimeFormat("en-GB", day);
const toSecond = new Intl.DateTimeFormat("en-GB", { ...day, second: "2-digit" });

export function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const words = time.textContent;
    if (!words.endsWith(" UTC")) continue;
    const format = /:\d\d:\d\d UTC$/.test(words) ? toSecond : toMinute;
    time.title = words;
    time.textContent = format.format(new Date(time.dateTime));
  }
}
