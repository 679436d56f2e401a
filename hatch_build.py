"""Puts the tables of the grammar into the wheel: nobody who installs it waits."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TablesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `gradcalc/grammars/expression.json` to a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # In a checkout the grammar may change; its tables are made in memory.
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from gradcalc.language.grammar import TABLES, make_tables
        finally:
            sys.path.remove(self.root)
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / TABLES
        path.write_text(json.dumps(make_tables()), encoding="utf-8")
        path.chmod(0o644)
        build_data["force_include"][str(path)] = f"gradcalc/grammars/{TABLES}"

    def finalize(
        self, version: str, build_data: dict[str, Any], artifact_path: str
    ) -> None:
        if version != "editable":
            self._folder.cleanup()
