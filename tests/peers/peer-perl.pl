#!/usr/bin/perl
# Mail::DKIM as a peer: see peers.py for what its standard input holds.
use strict;
use warnings;

use Mail::DKIM::ARC::Signer;
use Mail::DKIM::ARC::Verifier;
use Mail::DKIM::DNS;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;

# A resolver of this file's zone.
package Zone;
use Net::DNS;

my %records;

sub errorstring { return 'NOERROR' }

sub send {
	my ($self, $name, $type) = @_;
	my $packet = Net::DNS::Packet->new($name, $type);
	my $text = $records{lc $name};

	$packet->header->qr(1);
	if (!defined $text) {
		$packet->header->rcode('NXDOMAIN');
	} else {
		$packet->push(answer => Net::DNS::RR->new(name => $name,
		    type => 'TXT', txtdata => [ $text =~ /(.{1,255})/g ]));
	}
	return $packet;
}

package main;

$| = 1;
Mail::DKIM::DNS::resolver(bless {}, 'Zone');

sub slurp {
	my ($path) = @_;
	local $/;
	open my $f, '<:raw', $path or die "$path: $!";
	return scalar <$f>;
}

sub put {
	my ($path, @text) = @_;
	open my $f, '>:raw', $path or die "$path: $!";
	print $f @text;
	close $f or die "$path: $!";
}

sub feed {
	my ($object, $text) = @_;
	$object->PRINT($text);
	$object->CLOSE;
	return $object;
}

my %commands = (
	zone => sub {
		open my $f, '<', $_[0] or die;
		while (<$f>) {
			chomp;
			my ($name, $text) = split /\t/;
			$records{lc $name} = $text;
		}
		return 'read';
	},
	sign => sub {
		my ($algorithm, $canon, $domain, $selector, $key, $source,
		    $target) = @_;
		my $text = slurp($source);
		my $s = feed(Mail::DKIM::Signer->new(Algorithm => $algorithm,
		    Method => $canon, Domain => $domain,
		    Selector => $selector, KeyFile => $key), $text);
		put($target, $s->signature->as_string, "\r\n", $text);
		return 'signed';
	},
	verify => sub {
		return feed(Mail::DKIM::Verifier->new, slurp($_[0]))->result;
	},
	seal => sub {
		my ($domain, $selector, $key, $authserv_id, $chain, $source,
		    $target) = @_;
		my $text = slurp($source);
		my $s = feed(Mail::DKIM::ARC::Signer->new(
		    Algorithm => 'rsa-sha256', Chain => $chain,
		    Domain => $domain, SrvId => $authserv_id,
		    Selector => $selector, KeyFile => $key), $text);
		return 'nothing: ' . $s->result_detail
		    unless $s->result eq 'sealed';
		put($target, $s->as_string, $text);
		return 'sealed';
	},
	validate => sub {
		return feed(Mail::DKIM::ARC::Verifier->new,
		    slurp($_[0]))->result;
	},
);

while (<STDIN>) {
	chomp;
	my ($command, @words) = split /\t/;
	my $answer = eval { $commands{$command}->(@words) };
	$answer = "error: $@" if !defined $answer;
	$answer =~ s/\n/ /g;
	print "$answer\n";
}
