"""The page, as a Hugging Face Space starts it and as `python app.py` does: from a checkout, with nothing installed."""

from gancraft.web.page import build_page, launch

demo = build_page()

if __name__ == "__main__":
    launch(demo)
