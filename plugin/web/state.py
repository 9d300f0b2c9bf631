"""The runtime of the application that answers this request."""

from flask import Flask, current_app

from plugin.runtime import Runtime

_KEY = "bookbag"


def use_runtime(web: Flask, runtime: Runtime) -> None:
    """Tie a runtime to an application."""
    web.extensions[_KEY] = runtime


def runtime() -> Runtime:
    """The current application's."""
    found = current_app.extensions[_KEY]
    if not isinstance(found, Runtime):
        raise TypeError("this application has no runtime")
    return found
