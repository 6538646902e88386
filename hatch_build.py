"""Makes the kernel and the web page whenever hatchling makes a wheel or an editable install: see build_hooks/.

Nothing here fails: Sideman plays without either. One line each says what was built, or why nothing was. As pip keeps
them to itself, an editable install writes them to build/kernel.log and build/page.log. Only with ``SIDEMAN_STRICT=on``
in the environment, as releases have it, a wheel without kernel or page is an error.
"""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.wheel import WheelBuilderConfig
from packaging.tags import mac_platforms, platform_tags

sys.path.insert(0, str(Path(__file__).parent))  # hatchling loads this file, not the folder that it is in

from build_hooks import kernel, page
from build_hooks.placing import put_in_place


class IncompleteError(Exception):
    """A wheel that is to be complete lacks something; says what, and why."""


def platform_tag() -> str:
    """For what machines a library is that was compiled here: as compilers do, by $MACOSX_DEPLOYMENT_TARGET on macOS.

    On Linux it promises nothing but this machine (linux_x86_64); what it needs of glibc is known once it is compiled.
    """
    target = os.environ.get("MACOSX_DEPLOYMENT_TARGET")
    if platform.system() == "Darwin" and target:
        major, _, minor = target.partition(".")
        return next(mac_platforms((int(major), int(minor or 0)), platform.machine()))
    return next(tag for tag in platform_tags() if not tag.startswith(("manylinux", "musllinux")))


class SidemanBuildHook(BuildHookInterface[WheelBuilderConfig]):
    """What pyproject.toml has hatchling call."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before hatchling builds: make what there is to make; put it in place, or name it for the wheel."""
        self.folder = TemporaryDirectory(prefix="sideman-build-", ignore_cleanup_errors=True)
        root, folder = Path(self.root), Path(self.folder.name)
        libraries, kernel_line = kernel.build(root, folder)
        built, page_line = page.build(root, folder)
        if version == "editable":
            kernel_line = put_in_place(root, "kernel", kernel_line, lambda: kernel.place(libraries, root))
            page_line = put_in_place(root, "page", page_line, lambda: page.place(built, root))
        else:
            missing = [line for thing, line in ((libraries, kernel_line), (built, page_line)) if not thing]
            if missing and os.environ.get("SIDEMAN_STRICT") == "on":
                self.folder.cleanup()
                raise IncompleteError("; ".join(missing))
            included: dict[str, str] = build_data["force_include"]
            if libraries:
                build_data["tag"], build_data["pure_python"] = f"py3-none-{platform_tag()}", False
                included |= {str(path): f"sideman/model/native/{path.name}" for path in libraries}
            if built:
                included[str(built)] = "sideman/web/page"
        self.app.display_warning(kernel_line)
        self.app.display_warning(page_line)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """After hatchling built."""
        self.folder.cleanup()
