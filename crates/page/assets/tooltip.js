// The definition of a figure, as a popover: opened by click, Enter, Space or by hovering the
// button, closed by Escape, a click elsewhere or by leaving it with the pointer.

const MARGIN = 12;
/** Time to move the pointer from the button onto the text. */
const LEAVE_MS = 250;

export function attachDefinition(button, popover) {
  let hovered = false;
  let leaving = null;
  const open = () => {
    clearTimeout(leaving);
    if (popover.matches(":popover-open")) return;
    popover.showPopover();
    place(popover, button.getBoundingClientRect());
  };
  const leave = () => {
    clearTimeout(leaving);
    leaving = setTimeout(() => hovered && popover.hidePopover(), LEAVE_MS);
  };
  // Tells assistive technology that the button opens the text, and whether it is open.
  button.popoverTargetElement = popover;
  button.popoverTargetAction = "show";
  button.addEventListener("click", () => {
    hovered = false;
    open();
  });
  button.addEventListener("pointerenter", (event) => {
    if (event.pointerType !== "mouse" || popover.matches(":popover-open")) return;
    hovered = true;
    open();
  });
  button.addEventListener("pointerleave", leave);
  popover.addEventListener("pointerenter", () => clearTimeout(leaving));
  popover.addEventListener("pointerleave", leave);
}

/** Puts a menu below its button before it opens: its right edge at the button's. */
export function placeBelow(menu, button) {
  const anchor = button.getBoundingClientRect();
  menu.style.top = `${anchor.bottom + 6}px`;
  menu.style.right = `${Math.max(MARGIN, document.documentElement.clientWidth - anchor.right)}px`;
}

/** Below the button, or above it when there is no room, and always inside the window. */
function place(popover, anchor) {
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = Math.min(Math.max(MARGIN, anchor.right - width), innerWidth - width - MARGIN);
  const below = anchor.bottom + 6;
  const top = below + height + MARGIN > innerHeight ? anchor.top - height - 6 : below;
  popover.style.left = `${left}px`;
  popover.style.top = `${Math.max(MARGIN, top)}px`;
}
