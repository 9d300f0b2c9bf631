"""The rules that Zendesk's own validator applies to an app's manifest.

Source: https://github.com/zendesk/zendesk_apps_support, lib/zendesk_apps_support/manifest.rb.
"""

import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[3]
KEYS = set(
    "requirementsOnly marketingOnly version author name experiments frameworkVersion singleInstall "
    "signedUrls noTemplate defaultLocale location private oauth parameters domainWhitelist "
    "remoteInstallationURL termsConditionsURL gaID".split()
)
LOCATION_KEYS = set("url flexible autoLoad autoHide size signed objectTypes legacy".split())
LOCATIONS = set(
    "top_bar nav_bar ticket_sidebar new_ticket_sidebar user_sidebar organization_sidebar "
    "background modal ticket_editor system_top_bar custom_object_record_sidebar".split()
)
PARAMETER_KEYS = set("name type required secure default scopes".split())
PARAMETER_TYPES = set("text checkbox url number multiline hidden oauth".split())
SCOPES = set(
    "header body url jwt_secret_key jwt_claim basic_auth_username basic_auth_password".split()
)


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "app_manifest.json").read_text())
    return loaded


def faults(app: dict[str, Any]) -> list[str]:
    found = [f"unknown key {key}" for key in app.keys() - KEYS]
    found += [
        f"missing {key}"
        for key in ("author", "defaultLocale", "frameworkVersion", "location")
        if key not in app
    ]
    if app.get("frameworkVersion") != "2.0":
        found.append("frameworkVersion")
    for places in app.get("location", {}).values():
        for place, options in places.items():
            found += [f"unknown location {place}"] if place not in LOCATIONS else []
            found += [f"unknown option {key}" for key in options.keys() - LOCATION_KEYS]
            found += [] if loadable(options.get("url", "")) else [f"url of {place}"]
    return found + [fault for one in app.get("parameters", []) for fault in parameter_faults(one)]


def loadable(url: str) -> bool:
    parts = urlsplit(url)
    return (
        "{{setting." in url
        or parts.scheme == "https"
        or parts.hostname == "localhost"
        or url.startswith("assets/")
    )


def parameter_faults(parameter: dict[str, Any]) -> list[str]:
    name = parameter.get("name")
    scopes = set(parameter.get("scopes", []))
    rules = {
        "keys": not parameter.keys() - PARAMETER_KEYS,
        "name": bool(name) and name != "name",
        "type": parameter.get("type") in PARAMETER_TYPES,
        "hidden": not (parameter.get("type") == "hidden" and parameter.get("required")),
        "scopes": scopes <= SCOPES and (not scopes or parameter.get("secure") is True),
        "secure": not parameter.get("secure") or bool(scopes),
    }
    return [f"parameter {name}: {rule}" for rule, holds in rules.items() if not holds]


def test_the_manifest_is_valid() -> None:
    assert faults(manifest()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"frameworkVersion": "1.0"},
        {"location": {"support": {"basement": {"url": "https://a.example"}}}},
        {"location": {"support": {"ticket_sidebar": {"url": "sidebar.html"}}}},
        {"parameters": [{"name": "name", "type": "text"}]},
        {"parameters": [{"name": "key", "type": "text", "secure": True}]},
    ],
)
def test_the_rules_find_faults(change: dict[str, Any]) -> None:
    assert len(faults(manifest() | change)) == 1


def test_it_is_a_private_signed_sidebar_of_the_installation() -> None:
    app = manifest()
    sidebar = app["location"]["support"]["ticket_sidebar"]
    assert sidebar["url"] == "{{setting.backend_url}}/zendesk/{{setting.account_id}}/sidebar"
    assert app["private"]
    assert app["signedUrls"]
    assert sidebar["signed"]
    settings = {one["name"]: one for one in app["parameters"]}
    needed = {name for name, one in settings.items() if one["required"]}
    assert needed == {"backend_url", "account_id"}
    assert settings.keys() - needed == {"insert_drafts"}


def test_its_version_is_the_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert manifest()["version"] == project["version"]
