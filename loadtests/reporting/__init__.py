"""The result in the terminal, as JSON, Markdown, JUnit and one offline page."""
