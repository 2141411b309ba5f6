"""What the browser does by itself, where Gradio has nothing for it."""

from __future__ import annotations

# A picture that is pasted anywhere on the tab is the photo.
PASTE = """
document.addEventListener('paste', event => {
  const file = [...event.clipboardData.files].find(file => file.type.startsWith('image/'));
  const photo = document.querySelector('.gc-style .gc-input');
  const field = photo?.offsetParent && photo.querySelector('input[type=file]');
  if (!file || !field) return;
  const files = new DataTransfer();
  files.items.add(file);
  field.files = files.files;
  field.dispatchEvent(new Event('change', {bubbles: true}));
});
"""
# Gradio calls its tiles "Thumbnail 2 of 4"; the two sides of a comparison and the button that a picture is have no name.
NAMES = """
const call = (element, name, words) => element.getAttribute(name) === words || element.setAttribute(name, words);
const name = () => {
  document.querySelectorAll('.thumbnail-item img[alt]').forEach(
    image => image.alt && call(image.closest('button'), 'aria-label', image.alt));
  document.querySelectorAll('.image-container > button').forEach(
    button => button.hasAttribute('aria-label') || button.innerText.trim() || call(button, 'aria-label', 'Picture'));
  document.querySelectorAll('[data-testid=imageslider-image]').forEach(
    image => call(image, 'alt', image.classList.contains('fixed') ? 'After' : 'Before'));
};
new MutationObserver(name).observe(document.body, {childList: true, subtree: true});
name();
"""
# Gradio writes "queue: 2/3 | 4.0/31.2s" in the corner of what is waited for. The label says it in words instead, and where
# Gradio writes something else one day, its words stay.
PLACE = """
const time = seconds => seconds < 90 ? `${15 * Math.ceil(seconds / 15)} s` : `${Math.round(seconds / 60)} min`;
const place = () => document.querySelectorAll('[data-testid=status-tracker] .meta-text').forEach(corner => {
  const found = corner.textContent.match(/queue: (\\d+)\\/\\d+/), waiting = '.gc-label[data-state=waiting] span';
  let around = found && corner;  // the nearest label, of the same tab
  while (around && !around.querySelector(waiting)) around = around.matches('.gc-studio') ? null : around.parentElement;
  const line = around?.querySelector(waiting);
  corner.toggleAttribute('data-in-words', !!line);
  if (!line || line.textContent.startsWith('Stopping')) return;
  const [, passed, all] = corner.textContent.match(/([\\d.]+)\\/([\\d.]+)s/) ?? [];
  const left = all - passed > 0 ? `, done in about ${time(all - passed)}` : '';
  const words = (found[1] === '1' ? 'You are next' : `${found[1] - 1} before you`) + left;
  if (line.textContent !== words) line.textContent = words;
});
new MutationObserver(place).observe(document.body, {childList: true, characterData: true, subtree: true});
"""
ONCE = f"if (!window.gcScript) {{ window.gcScript = true; {PASTE} {NAMES} {PLACE} }}"
