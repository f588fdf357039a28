// Chooses the reader's own time zone in a form, as long as it stands at the calendar's.

const OLD_NAMES = {
  "Africa/Asmera": "Africa/Asmara",
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "America/Louisville": "America/Kentucky/Louisville",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
};

const select = document.querySelector("select#zone[data-untouched]");
if (select) {
  const told = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zone = OLD_NAMES[told] ?? told;
  if ([...select.options].some((option) => option.value === zone)) select.value = zone;
}
