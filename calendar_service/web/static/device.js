// Puts the calendar of the visitor's own device first. Pages are the same for all, so that caches can keep them.

const platform = navigator.userAgentData?.platform || navigator.userAgent;
const device = /iPhone|iPad|iOS|Mac/.test(platform) ? "apple" : /Windows/.test(platform) ? "microsoft" : "google";
for (const one of document.querySelectorAll(`[data-device="${device}"]`)) one.parentElement.prepend(one);
