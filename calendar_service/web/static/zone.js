// Chooses the reader's own time zone in a form, as long as it stands at the calendar's.

const select = document.querySelector("select#zone[data-untouched]");
if (select) {
  const zone = ownZone();
  if ([...select.options].some((option) => option.value === zone)) select.value = zone;
}
