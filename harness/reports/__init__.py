"""Reports: an outcome or a verdict as text, JSON, JUnit and Markdown. Rendering is pure; `files` writes."""
