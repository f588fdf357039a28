// Keeps the box that stands for "everything", or for what is suggested, ticked as long as no other box of its group is.

for (const group of document.querySelectorAll("fieldset")) {
  const boxes = [...group.querySelectorAll("input[type=checkbox]")];
  const whole = boxes.find((box) => box.value === "");
  if (!whole) continue;
  const others = boxes.filter((box) => box !== whole);
  group.addEventListener("change", (event) => {
    if (event.target === whole && whole.checked) for (const box of others) box.checked = false;
    else whole.checked = !others.some((box) => box.checked);
  });
}
