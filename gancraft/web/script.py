"""What the browser does by itself on the Style tab, where Gradio has nothing for it."""

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
ONCE = f"if (!window.gcScript) {{ window.gcScript = true; {PASTE} {NAMES} }}"
