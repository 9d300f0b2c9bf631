// While a verdict is under way nothing else can be pressed, and the button says what it does.
import { card, element, now } from "./page.js";

let pressed = null;

export function begin(button) {
  now.busy = true;
  pressed = button && { id: button.id, told: button.dataset.busy };
  dress();
}

/** To be called for each new copy of the card, too. */
export function dress() {
  if (!now.busy) return;
  card.ariaBusy = "true";
  for (const button of card.querySelectorAll("button")) button.disabled = true;
  const mine = pressed && element(pressed.id);
  if (!mine || !pressed.told || mine.textContent === pressed.told) return;
  pressed.words = mine.textContent;
  mine.textContent = pressed.told;
}

export function end() {
  if (!now.busy) return;
  now.busy = false;
  card.ariaBusy = null;
  for (const button of card.querySelectorAll("button")) button.disabled = false;
  const mine = pressed && element(pressed.id);
  if (mine && pressed.words && mine.textContent === pressed.told) mine.textContent = pressed.words;
}
