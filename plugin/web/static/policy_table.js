// The policies as rows: who signs and by when is asked only where something must be signed.
const form = document.getElementById("table-form");

function dress(row) {
  const signed = row.querySelector("[data-oversight]").value === "approval";
  for (const part of row.querySelectorAll("[data-signed]")) part.hidden = !signed;
}

form.addEventListener("change", ({ target }) => {
  if (target.matches("[data-oversight]")) dress(target.closest("[data-row]"));
});
// A browser that comes back has its own idea of what was chosen.
window.addEventListener("pageshow", () => form.querySelectorAll("[data-row]").forEach(dress));
