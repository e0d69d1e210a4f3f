namespace Hazina.Cli;

/// <summary>What the command line tells the shell.</summary>
static class ExitCode
{
    public const int Ok = 0;
    public const int Failure = 1;
    public const int Usage = 2;

    /// <summary>Ended by Ctrl-C before it was done, as shells count it.</summary>
    public const int Interrupted = 130;
}
