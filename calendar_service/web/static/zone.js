// Chooses the visitor's own time zone: in the form for reminders, as long as it stands at the calendar's, and in the
// short form beside a record.

const zone = ownZone();

const select = document.querySelector("select#zone[data-untouched]");
if (select && [...select.options].some((option) => option.value === zone)) select.value = zone;

const field = document.querySelector(".remind input[name=zone]");
if (field && zone) {
  field.value = zone;
  field.disabled = false;
  const line = document.querySelector(".remind .own-time");
  const cities = new Map(line.dataset.cities.split("|").map((each) => each.split("=")));
  const city = cities.get(zone) ?? zone.split("/").pop().replaceAll("_", " ");
  line.textContent = line.dataset.words.replace("{city}", city);
}
