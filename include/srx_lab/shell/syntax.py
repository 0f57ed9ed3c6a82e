"""Shell text to a tree: lists, pipelines, simple commands with redirections, `if`."""

from __future__ import annotations

from dataclasses import dataclass, field

_OPERATORS = ("2>&1", ">&", "&&", "||", ">>", "2>>", "2>", ";", "&", "|", ">", "<", "\n", "(", ")")
_BREAK = set(" \t\n;&|<>()")


class ShellSyntax(ValueError):
    """A text the shell cannot read."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word (raw, quotes kept) or an operator."""

    text: str
    is_operator: bool


@dataclass(kw_only=True, slots=True)
class Simple:
    """Words and where output goes: `out`/`err` as (path, append), `merged` for 2>&1."""

    words: list[str] = field(default_factory=list)
    out: tuple[str, bool] | None = None
    err: tuple[str, bool] | None = None
    merged: bool = False
    source: str | None = None


@dataclass(kw_only=True, slots=True)
class If:
    """`if a; then b; else c; fi`."""

    condition: Sequence
    then: Sequence
    otherwise: Sequence | None = None


@dataclass(kw_only=True, slots=True)
class While:
    """`while a; do b; done`."""

    condition: Sequence
    body: Sequence


@dataclass(kw_only=True, slots=True)
class Subshell:
    """`( ... )` with redirections of its own."""

    body: Sequence
    redirect: Simple


Command = Simple | If | While | Subshell


@dataclass(kw_only=True, slots=True)
class Step:
    """A pipeline, how it hangs on the one before (`;`, `&&`, `||`), and whether it runs behind."""

    joined_by: str
    pipeline: list[Command]
    behind: bool = False


@dataclass(kw_only=True, slots=True)
class Sequence:
    """Steps in order."""

    steps: list[Step] = field(default_factory=list)


def tokenize(text: str) -> list[Token]:
    """Words and operators; raises ShellSyntax on an open quote."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        if text[position] in " \t":
            position += 1
            continue
        if text[position] == "#" and (position == 0 or text[position - 1] in " \t\n;"):
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
            continue
        operator = next(
            (each for each in sorted(_OPERATORS, key=len, reverse=True) if text.startswith(each, position)),
            None,
        )
        if operator is not None:
            tokens.append(Token(operator, True))
            position += len(operator)
            continue
        end = _word_end(text, position)
        tokens.append(Token(text[position:end], False))
        position = end
    return tokens


def _word_end(text: str, position: int) -> int:
    while position < len(text) and text[position] not in _BREAK:
        letter = text[position]
        if letter == "\\":
            position += 2
        elif letter in "'\"`":
            position = _quote_end(text, position)
        elif text.startswith("$(", position):
            position = _paren_end(text, position + 1)
        else:
            position += 1
    return position


def _quote_end(text: str, start: int) -> int:
    quote, position = text[start], start + 1
    while position < len(text):
        if text[position] == "\\" and quote != "'":
            position += 2
            continue
        if text[position] == quote:
            return position + 1
        position += 1
    raise ShellSyntax(f"Unmatched {quote}.")


def _paren_end(text: str, start: int) -> int:
    depth = 0
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return position + 1
    raise ShellSyntax("Unmatched (.")


class Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def whole(self) -> Sequence:
        sequence = self._sequence(frozenset())
        if self._at < len(self._tokens):
            raise ShellSyntax(f"Syntax error: {self._tokens[self._at].text!r} unexpected")
        return sequence

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _operator(self, *wanted: str) -> str | None:
        token = self._peek()
        if token is not None and token.is_operator and token.text in wanted:
            self._at += 1
            return token.text
        return None

    def _sequence(self, ends: frozenset[str]) -> Sequence:
        sequence, joined_by = Sequence(), ";"
        while True:
            while self._operator(";", "\n"):
                joined_by = ";"
            token = self._peek()
            if token is None or token.text in ends or (token.is_operator and token.text == ")"):
                return sequence
            step = Step(joined_by=joined_by, pipeline=self._pipeline())
            sequence.steps.append(step)
            following = self._operator(";", "\n", "&", "&&", "||")
            step.behind = following == "&"
            joined_by = following if following in {"&&", "||"} else ";"
            if following is None:
                return sequence

    def _pipeline(self) -> list[Command]:
        commands = [self._command()]
        while self._operator("|"):
            commands.append(self._command())
        return commands

    def _command(self) -> Command:
        token = self._peek()
        if token is not None and not token.is_operator and token.text == "if":
            return self._if()
        if token is not None and not token.is_operator and token.text == "while":
            return self._while()
        if self._operator("("):
            body = self._sequence(frozenset())
            if not self._operator(")"):
                raise ShellSyntax("Syntax error: expecting )")
            return Subshell(body=body, redirect=self._simple())
        return self._simple(needed=True)

    def _if(self) -> If:
        self._at += 1
        condition = self._sequence(frozenset({"then"}))
        self._word("then")
        then = self._sequence(frozenset({"else", "fi"}))
        otherwise = None
        if self._is_word("else"):
            self._word("else")
            otherwise = self._sequence(frozenset({"fi"}))
        self._word("fi")
        return If(condition=condition, then=then, otherwise=otherwise)

    def _while(self) -> While:
        self._at += 1
        condition = self._sequence(frozenset({"do"}))
        self._word("do")
        body = self._sequence(frozenset({"done"}))
        self._word("done")
        return While(condition=condition, body=body)

    def _is_word(self, wanted: str) -> bool:
        token = self._peek()
        return token is not None and not token.is_operator and token.text == wanted

    def _word(self, wanted: str) -> None:
        if not self._is_word(wanted):
            raise ShellSyntax(f"Syntax error: expecting {wanted}")
        self._at += 1

    def _simple(self, *, needed: bool = False) -> Simple:
        simple = Simple()
        while (token := self._peek()) is not None:
            if not token.is_operator:
                simple.words.append(token.text)
                self._at += 1
            elif token.text in {">", ">>", "2>", "2>>", "<", ">&", "2>&1"}:
                self._at += 1
                self._redirect(simple, token.text)
            else:
                break
        if needed and not simple.words and simple.out is None:
            raise ShellSyntax("Syntax error: command expected")
        return simple

    def _redirect(self, simple: Simple, operator: str) -> None:
        if operator == "2>&1":
            simple.merged = True
            return
        token = self._peek()
        if token is None or token.is_operator:
            raise ShellSyntax("Missing name for redirect.")
        self._at += 1
        match operator:
            case ">" | ">>":
                simple.out = (token.text, operator == ">>")
            case ">&":
                simple.out, simple.merged = (token.text, False), True
            case "<":
                simple.source = token.text
            case _:
                simple.err = (token.text, operator == "2>>")


def parse(text: str) -> Sequence:
    """The tree of a shell text; raises ShellSyntax."""
    return Parser(tokenize(text)).whole()
