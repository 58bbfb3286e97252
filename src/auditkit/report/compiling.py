"""How templates become code: kept between runs, each value escaped once, and functions called without detours."""

import sys
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from types import FunctionType
from typing import Any

from jinja2 import FileSystemBytecodeCache, pass_context
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from jinja2.runtime import Context, Macro


class Compiled(FileSystemBytecodeCache):
    """Keeps compiled templates where Python keeps compiled modules; a folder that nobody may write to keeps none.

    What is kept serves every language. It serves only for the same text of the template, the same release of jinja2 and
    the same modules here.
    """

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002  # the name decides
        """Name what is kept after the template alone, so that copies of a folder add nothing."""
        return super().get_cache_key(name)

    def get_source_checksum(self, source: str) -> str:
        """Tell apart everything that the compiled template follows from."""
        return super().get_source_checksum(f"{version('jinja2')} {_here()} {source}")

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, unless Python itself is told to keep none."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)


@cache
def _here() -> str:
    modules = (Path(__file__), Path(__file__).with_name("templates.py"))
    return sha256(b"".join(module.read_bytes() for module in modules)).hexdigest()


class EscapedOnce(CodeGenerator):
    """Leaves escaping to the environment's `finalize`, which returns nothing but markup; Jinja would escape that again.

    Where a later Jinja has other hooks, it escapes twice as before, which changes no page.
    """

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if finalize.src is None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write(finalize.src)

    def _output_child_post(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if finalize.src is None:
            super()._output_child_post(node, frame, finalize)
        else:
            self.write(")")


class Direct(Context):
    """Calls macros and functions at once; Jinja finds out anew at each call what it wants to be given.

    A function that takes the context sees what its template was given, and no variable of a loop.
    """

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  # as in Jinja: any name may be an argument
        """Call what a template calls."""
        if type(__obj) is Macro:
            args = (__self.eval_ctx, *args)
        elif type(__obj) is FunctionType:
            wanted = getattr(__obj, "jinja_pass_arg", None)
            if wanted is not None and wanted is not _CONTEXT:
                return super().call(__obj, *args, **kwargs)
            args = args if wanted is None else (__self, *args)
        else:
            return super().call(__obj, *args, **kwargs)
        if kwargs:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        return __obj(*args, **kwargs)


@pass_context
def _taking_context(_: Context) -> None:
    """Show how Jinja marks a function that takes the context."""


_CONTEXT = _taking_context.jinja_pass_arg  # type: ignore[attr-defined]  # Jinja sets it
