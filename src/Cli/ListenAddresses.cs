using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Hazina.Cli;

/// <summary>Where a server listens, and what to say when it cannot.</summary>
static class ListenAddresses
{
    /// <summary>
    /// Looks whether the addresses are free, before a database is made or started for nothing. Who takes one after that is met when the server starts.
    /// </summary>
    /// <exception cref="CommandFailedException">One is taken, or is no address.</exception>
    public static void RequireFree(string urls)
    {
        try
        {
            foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (BindingAddress.Parse(url) is { IsUnixPipe: false, IsNamedPipe: false, Port: > 0 } address)
                {
                    var ip = IPOf(address.Host);
                    using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                    socket.Bind(new IPEndPoint(ip, address.Port));
                }
            }
        }
        catch (Exception e)
            when (e is FormatException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse or SocketError.AccessDenied })
        {
            throw Refused(urls, e)!;
        }
        catch (SocketException)
        {
            // What else there may be is found out, and told, by the server itself.
        }
    }

    /// <summary>What a failed start has to do with the address, in a sentence; null: nothing.</summary>
    public static CommandFailedException? Refused(string urls, Exception e) =>
        e switch
        {
            IOException { InnerException: AddressInUseException } or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
                new($"Another program is listening at {urls} already. Stop it, or choose another port with --port.", e),
            SocketException { SocketErrorCode: SocketError.AccessDenied } => new(
                $"{Environment.UserName} may not listen at {urls}. Ports below 1024 need root; choose another with --port.",
                e
            ),
            SocketException => new($"This machine cannot listen at {urls}: {e.Message}.", e),
            FormatException => new($"{urls} is no address to listen at, such as http://localhost:5080.", e),
            _ => null,
        };

    /// <summary>A name other than localhost stands for every address of this machine.</summary>
    static IPAddress IPOf(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.TryParse(host.Trim('[', ']'), out var ip) ? ip
        : Socket.OSSupportsIPv6 ? IPAddress.IPv6Any
        : IPAddress.Any;
}
