"""The answering endpoint: SIP and RTP behind a telephone system, on the standard library (docs/answering.md).

Pure and apart: message (SIP's text), sdp (what the media are), rtp (packets, G.711, keys), recording (what is kept),
spoken (numbers and dates as phrases), dialogs (the signalling of calls), answering (what is said and asked). endpoint
joins them to sockets and a clock, voice has the sounds.
"""
