using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Hazina.Host;

/// <summary>A certificate from a file, with its chain. Renewed certificates are taken up without a restart, within a minute.</summary>
sealed class CertificateFile(string file, string? keyFile, string? password)
{
    static readonly TimeSpan CheckEvery = TimeSpan.FromMinutes(1);

    readonly Lock gate = new();
    SslStreamCertificateContext? context;
    DateTime written;
    long checkedAt;

    public void Use(KestrelServerOptions kestrel)
    {
        var first = Current();
        kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ServerCertificate = first.TargetCertificate;
            https.OnAuthenticate = (_, tls) => tls.ServerCertificateContext = Current();
        });
    }

    SslStreamCertificateContext Current()
    {
        lock (gate)
        {
            if (context is not null && TimeProvider.System.GetElapsedTime(checkedAt) < CheckEvery)
                return context;
            checkedAt = TimeProvider.System.GetTimestamp();
            try
            {
                var now = File.GetLastWriteTimeUtc(file);
                if (context is null || now != written)
                    (context, written) = (Load(), now);
            }
            catch (Exception) when (context is not null)
            {
                // Half written, most likely: the old one is good until the next look.
            }

            return context;
        }
    }

    SslStreamCertificateContext Load()
    {
        try
        {
            if (!File.Exists(file))
                throw new StartException($"There is no certificate file {file}.");
            var all = new X509Certificate2Collection();
            if (Path.GetExtension(file).ToUpperInvariant() is ".PFX" or ".P12")
                all = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, password);
            else
                all.ImportFromPemFile(file);
            var own = all.FirstOrDefault(c => c.HasPrivateKey) ?? WithKey();
            all.RemoveAt(0);
            return SslStreamCertificateContext.Create(own, all, offline: true);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartException($"The certificate {file} cannot be used: {e.Message}", e);
        }
    }

    X509Certificate2 WithKey() =>
        password is null
            ? X509Certificate2.CreateFromPemFile(file, keyFile ?? file)
            : X509Certificate2.CreateFromEncryptedPemFile(file, password, keyFile ?? file);
}
