"""Makes the kernel and the web page whenever hatchling makes a wheel or an editable install: see build_hooks/.

Nothing here fails: Sideman plays without either. One line each says what was built, or why nothing was. As pip keeps
them to itself, an editable install writes them to build/kernel.log and build/page.log.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.wheel import WheelBuilderConfig
from packaging.tags import platform_tags

sys.path.insert(0, str(Path(__file__).parent))  # hatchling loads this file, not the folder that it is in

from build_hooks import kernel, page
from build_hooks.placing import put_in_place


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
            included: dict[str, str] = build_data["force_include"]
            if libraries:  # manylinux would promise more than a compiler's defaults keep
                tag = next(tag for tag in platform_tags() if not tag.startswith(("manylinux", "musllinux")))
                build_data["tag"], build_data["pure_python"] = f"py3-none-{tag}", False
                included |= {str(path): f"sideman/model/native/{path.name}" for path in libraries}
            if built:
                included[str(built)] = "sideman/web/page"
        self.app.display_warning(kernel_line)
        self.app.display_warning(page_line)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """After hatchling built."""
        self.folder.cleanup()
