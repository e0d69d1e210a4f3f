namespace Hazina.Cli;

/// <summary>A command cannot do what was asked: the message is one plain sentence for the person at the terminal, and the exit code is 1.</summary>
sealed class CommandFailedException : Exception
{
    public CommandFailedException(string message)
        : base(message) { }

    public CommandFailedException(string message, Exception inner)
        : base(message, inner) { }

    public CommandFailedException() { }
}
