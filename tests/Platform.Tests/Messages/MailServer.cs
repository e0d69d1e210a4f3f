using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hazina.Platform.Tests.Messages;

/// <summary>A mail server on a free port, which takes what comes or says what a test wants to hear.</summary>
public sealed class MailServer : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stopping = new();
    readonly Task accepting;

    public MailServer()
    {
        listener.Start();
        accepting = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What was handed in, headers and all.</summary>
    public ConcurrentQueue<string> Mails { get; } = [];

    /// <summary>The answer to a recipient; null takes it, an empty one never comes.</summary>
    public Func<string, string?> Answer { get; set; } = _ => null;

    /// <summary>Whether the line is cut once a mail was taken, before that is said.</summary>
    public bool CutsAfterMail { get; set; }

    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
            return;
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    async Task Accept()
    {
        var talks = new List<Task>();
        try
        {
            while (true)
                talks.Add(Talk(await listener.AcceptTcpClientAsync(stopping.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(talks);
        }
    }

    async Task Talk(TcpClient client)
    {
        using var _ = client;
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        try
        {
            await writer.WriteLineAsync("220 test");
            while (await reader.ReadLineAsync(stopping.Token) is { } line)
            {
                var answer = line.Split(' ')[0].ToUpperInvariant() switch
                {
                    "RCPT" => Answer(line) ?? "250 fine",
                    "DATA" => "354 go on",
                    "QUIT" => "221 bye",
                    _ => "250 fine",
                };
                if (answer.Length > 0)
                    await writer.WriteLineAsync(answer);
                if (answer[..Math.Min(3, answer.Length)] != "354")
                    continue;
                Mails.Enqueue(await ReadMail(reader));
                if (CutsAfterMail)
                    return;
                await writer.WriteLineAsync("250 taken");
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The talk is over.
        }
    }

    async Task<string> ReadMail(StreamReader reader)
    {
        var mail = new StringBuilder();
        while (await reader.ReadLineAsync(stopping.Token) is { } line && line != ".")
            mail.AppendLine(line);
        return mail.ToString();
    }
}
